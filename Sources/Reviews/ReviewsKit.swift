internal import Foundation
internal import Pages

extension PageKit {
    static let reviews = PageKit("reviews", bundle: .module)
}
