internal import Foundation
internal import Pages

extension PageKit {
    static let applications = PageKit("applications", bundle: .module)
}
