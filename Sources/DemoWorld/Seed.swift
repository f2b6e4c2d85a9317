package import Vocabulary

/// Identifiers that are the same in every demo world: the name says which.
///
/// FNV-1a over the name feeds SplitMix64, so that an identifier depends on its own name alone and not on the order in
/// which the world is built.
package func demoID<Noun>(_ name: String) -> Identifier<Noun> {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    var generator = SplitMix64(state: hash)
    return Identifier(using: &generator)
}

/// Steele, Lea and Flood's SplitMix64: small, fast, repeatable; for invented worlds only, never for secrets.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// A generator whose sequence the state fixes.
    package init(state: UInt64) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
