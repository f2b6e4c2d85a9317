/// How many startups pass the gates of a mandate, and how many each gate keeps out.
public struct GateTally: Hashable, Sendable {
    /// How many startups want to be proposed to the investor.
    public let considered: Int
    /// How many of them pass every gate.
    public let admitted: Int
    /// How many of them each gate keeps out, by its slug; a startup counts at the first gate that is closed to it.
    public let gatedOut: [String: Int]
}

extension Index {
    /// What the gates of a mandate do to the startups on offer. The world need not have the mandate: it may be one that is
    /// being thought about.
    public func tally(_ mandate: World.Mandate) -> GateTally {
        let away = keepingAway(from: mandate.investor)
        let keeper = GateKeeper(Market.sound(mandate), market, areas, keepingAway: away)
        var (admitted, gatedOut): (Int, [String: Int]) = (0, [:])
        var sheet = Sheet()
        for layer in offeredLayers {
            let segment = layer.segment
            segment.read(0..<segment.count, into: &sheet) { row, sheet in
                guard layer.has(row), keeper.isOffered(segment.keys[row]) else { return }
                if keeper.admits(segment.keys[row], sheet) {
                    admitted += 1
                } else if let gate = keeper.closed(segment.keys[row], sheet, isOptedIn: true).first {
                    gatedOut[gate.slug, default: 0] += 1
                }
            }
        }
        return GateTally(considered: offered - away.count, admitted: admitted, gatedOut: gatedOut)
    }
}
