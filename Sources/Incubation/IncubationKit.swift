internal import Foundation
internal import Pages

extension PageKit {
    static let incubation = PageKit("incubation", bundle: .module)
}
