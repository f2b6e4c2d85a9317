/// A symmetric positive definite matrix, taken apart by Cholesky: its inverse, and the root of its inverse.
///
/// Rows are contiguous, and every inner loop runs along one: n³ operations at what the processor can do.
struct SymmetricMatrix {
    let size: Int
    /// Row by row; of the matrix to be inverted, only what is right of the diagonal or on it is read.
    private(set) var cells: [Double]
    /// An upper triangle V with V·Vᵀ the inverse.
    private(set) var root: [Double] = []

    init(size: Int) {
        self.size = size
        cells = [Double](repeating: 0, count: size * size)
    }

    /// Adds to the upper triangle.
    mutating func add(_ value: Double, _ row: Int, _ column: Int) {
        cells[min(row, column) * size + max(row, column)] += value
    }

    subscript(row: Int, column: Int) -> Double { cells[row * size + column] }

    /// Puts the inverse in the matrix's place.
    mutating func invert() {
        let size = size
        root = [Double](repeating: 0, count: size * size)
        cells.withUnsafeMutableBufferPointer { cells in
            root.withUnsafeMutableBufferPointer { root in
                guard let u = cells.baseAddress, let v = root.baseAddress else { return }
                Self.factor(u, size)
                for row in stride(from: size - 1, through: 0, by: -1) {
                    let own = v + row * size
                    let pivot = 1 / u[row * size + row]
                    own[row] = pivot
                    for other in row + 1..<max(size, row + 1) {
                        let factor = u[row * size + other] * pivot
                        guard factor != 0 else { continue }
                        let line = v + other * size
                        for column in other..<size { own[column] -= factor * line[column] }
                    }
                }
                for row in 0..<size {
                    for column in row..<size {
                        let product = dot(
                            v + row * size + column, v + column * size + column, size - column)
                        u[row * size + column] = product
                        u[column * size + row] = product
                    }
                }
            }
        }
    }

    /// The matrix as Uᵀ·U.
    private static func factor(_ u: UnsafeMutablePointer<Double>, _ size: Int) {
        for row in 0..<size {
            let own = u + row * size
            // A pivot that rounding has eaten stands for a direction of which the reviews say nothing.
            let pivot = max(own[row], 1e-12).squareRoot()
            for column in row..<size { own[column] /= pivot }
            own[row] = pivot
            for other in row + 1..<max(size, row + 1) {
                let factor = own[other]
                guard factor != 0 else { continue }
                let line = u + other * size
                for column in other..<size { line[column] -= factor * own[column] }
            }
        }
    }

    /// The matrix times a vector.
    func times(_ vector: [Double]) -> [Double] { Self.product(cells, vector, size) }

    /// The root of the inverse times a vector: of standard normal numbers it makes some with the inverse as covariance.
    func rootTimes(_ vector: [Double]) -> [Double] { Self.product(root, vector, size) }

    private static func product(_ cells: [Double], _ vector: [Double], _ size: Int) -> [Double] {
        cells.withUnsafeBufferPointer { cells in
            vector.withUnsafeBufferPointer { vector in
                guard let cells = cells.baseAddress, let vector = vector.baseAddress else { return [] }
                return (0..<size).map { dot(cells + $0 * size, vector, size) }
            }
        }
    }
}
