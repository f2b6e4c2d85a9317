extension Model {
    /// Weights set by hand from what is known to matter: words of the portfolio and the round being raised most, place
    /// about as much as field, company where a startup has some.
    public static let standard = Model(
        version: "hand-1",
        cold: [
            .text: 6, .askedRound: 3.5, .usualRound: 3.5, .area: 2.5, .state: 2, .region: 2, .age: 2, .lastSize: 1,
            .previousStage: 1,
        ],
        warm: [
            .text: 6, .askedRound: 3.5, .usualRound: 3.5, .area: 2.5, .state: 2, .region: 2, .age: 2, .lastSize: 1,
            .previousStage: 1,
            .closestBacker: 1.5, .followedBackers: 1.5, .sharedPortfolio: 1, .walk: 0.5,
        ])
}
