import Foundation
import Pages

extension PageKit {
    static let programs = PageKit("programs", bundle: .module)
}
