extension Model {
    /// The weights a new installation starts with, in points for each unit of a signal.
    ///
    /// A logistic model fitted on earlier years of public funding history, each year on what investors did in the next,
    /// and drawn towards weights set by hand: history that says little about a signal leaves it where judgement put it.
    /// What is declared keeps its hand-set weight, since nobody's declarations are on record. Ten points multiply the
    /// odds of a deal by e. No weight is negative: what an investor does more often than the market speaks for a startup.
    public static let standard = Model(
        version: "2026-1",
        cold: [
            .area: 0.87, .tag: 1.5, .areaAtStage: 0.45, .areaInState: 0.088, .declaredArea: 1.2,
            .country: 2, .region: 0.27, .state: 1.3, .city: 0.68, .declaredCountry: 1, .declaredRegion: 1,
            .previousStage: 1.4, .age: 5.4, .gap: 0.59, .askedRound: 5.8, .stageAtAge: 1.4, .declaredStage: 1.5,
            .lastSize: 2.3, .askedSize: 2, .declaredSize: 1.5, .text: 14,
        ],
        warm: [
            .area: 0.31, .tag: 1.5, .declaredArea: 1.2,
            .country: 2, .region: 0.96, .state: 0.28, .city: 0.17, .declaredCountry: 1, .declaredRegion: 1,
            .previousStage: 3.1, .age: 2.5, .gap: 1, .askedRound: 4.8, .usualRound: 3.2, .declaredStage: 1.5,
            .lastSize: 2.5, .askedSize: 2, .declaredSize: 1.5, .text: 9.2,
            .closestBacker: 41, .knownBackers: 7.4, .followedBackers: 96, .sharedPortfolio: 2.4,
        ])
}
