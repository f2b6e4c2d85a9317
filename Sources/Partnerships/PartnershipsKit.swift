import Foundation
import Pages

extension PageKit {
    static let partnerships = PageKit("partnerships", bundle: .module)
}
