internal import Foundation
internal import Pages

extension PageKit {
    static let decisions = PageKit("decisions", bundle: .module)
}
