extension Model {
    /// The weights a new installation starts with, and the prior of every model that it learns.
    ///
    /// Learned by ``learned(from:interests:version:prior:asks:without:width:progress:)`` from the public funding history of
    /// the United States up to 2011 in Crunchbase's export of October 2013 (see NOTICE), half of the startups saying what
    /// they were raising; rounded to three digits. What that history cannot teach is set by hand: the weight of declarations, which are on no
    /// record, of countries, of which it has one, of free tags and of the amount that is asked for, which it lacks. Words weigh 1.7
    /// times what that history gives them: its startups have few words of their own, and histories of startups that describe
    /// themselves are ranked better so.
    public static let standard = Model(
        version: "2026-3", reference: -7.226,
        cold: Weights(
            start: 0,
            weight: [
                .area: 0.798, .tag: 1.5, .country: 2, .region: 0.203, .state: 2.56, .city: 1.1, .previousStage: -0.858,
                .earlierRounds: -0.858, .age: 3.71, .lastSize: 3.99, .gap: -0.858, .askedRound: 3.95, .usualRound: 7.3,
                .askedSize: 2, .areaInRegion: 0.873, .areaInState: 1.34, .areaAtStage: 1.07, .areaAtAge: -0.253,
                .areaInRound: 1.65, .regionAtStage: 1.22, .regionAtAge: 1.73, .regionInRound: 0.971, .stageAtAge: 1.85,
                .declaredArea: 1.2, .declaredCountry: 1, .declaredRegion: 1, .declaredStage: 1.5, .declaredSize: 1.5,
                .text: 13.9, .activity: 3.77, .steadiness: 3.42, .experience: 1.27, .firstCheques: 1.77,
            ],
            perExperience: [
                .area: -0.898, .region: -0.466, .state: -1.01, .city: -0.0899, .previousStage: 0.674,
                .earlierRounds: 0.674, .age: -0.54, .lastSize: -2.45, .gap: 0.674, .askedRound: 0.0869,
                .usualRound: -2.78, .areaInRegion: 0.0811, .areaInState: 0.308, .areaAtStage: -0.477,
                .areaAtAge: -0.372, .areaInRound: -0.71, .regionAtStage: 0.201, .regionAtAge: -0.213,
                .regionInRound: -0.276, .stageAtAge: 1.14, .text: -1.75,
            ],
            upside: [
                .area: 2.09, .region: -0.84, .state: 1.24, .city: 0.526, .previousStage: -4.2, .earlierRounds: -4.2,
                .age: 1.27, .lastSize: -7.78, .gap: -4.2, .askedRound: 1.88, .usualRound: 8.24, .areaInRegion: -0.824,
                .areaInState: -1.58, .areaAtStage: 1.42, .areaAtAge: 0.339, .areaInRound: -1.44, .regionAtStage: 0.103,
                .regionAtAge: -1.19, .regionInRound: -0.439, .stageAtAge: -0.688,
            ],
            demand: [
                "age=0-6": -0.503, "age=12-24": 0.641, "age=120-": 0.872, "age=24-36": 1.43, "age=36-48": 1.06,
                "age=48-60": 1.65, "age=6-12": 0.718, "age=60-84": 1.75, "age=84-120": 1.66, "roundKind=angel": -4.34,
                "roundKind=other": -0.614, "roundKind=post-ipo": -8.38, "roundKind=private-equity": 7.18,
                "roundKind=series-a": 0.806, "roundKind=series-b": 2.27, "roundKind=series-c+": 5.55,
                "roundKind=unknown": -0.626, "roundKind=venture": -0.631,
            ]),
        warm: Weights(
            start: -0.474,
            weight: [
                .area: 1.1, .tag: 1.5, .country: 2, .region: 0.746, .state: 1.01, .city: 0.831, .previousStage: 1.56,
                .earlierRounds: 1.03, .age: 1.52, .lastSize: 1.64, .gap: 0.572, .askedRound: 2.91, .usualRound: 4.03,
                .askedSize: 2, .areaInRegion: 0.567, .areaInState: 0.879, .areaAtStage: 0.0716, .areaAtAge: -0.287,
                .areaInRound: 0.54, .regionAtStage: 0.688, .regionAtAge: 0.498, .regionInRound: 1.15,
                .stageAtAge: -0.176, .declaredArea: 1.2, .declaredCountry: 1, .declaredRegion: 1, .declaredStage: 1.5,
                .declaredSize: 1.5, .text: 6.29, .closestBacker: 21.3, .likeBackers: 21.5, .metBackers: 0.138,
                .knownBackers: 3.53, .followedBackers: 11.1, .joinedBackers: -0.593, .sharedPortfolio: 5.33,
                .walk: 3.12, .activity: 3.13, .steadiness: 2.88, .experience: 1.51, .firstCheques: 0.997,
            ],
            perExperience: [
                .area: -0.951, .region: -0.409, .state: -0.722, .city: -0.444, .previousStage: -0.469,
                .earlierRounds: 0.286, .age: 0.0984, .lastSize: -0.604, .gap: -0.0674, .askedRound: -0.222,
                .usualRound: -0.111, .areaInRegion: -0.28, .areaInState: -0.169, .areaAtStage: 0.116,
                .areaAtAge: -0.0971, .areaInRound: -0.296, .regionAtStage: -0.0205, .regionAtAge: -0.205,
                .regionInRound: -0.454, .stageAtAge: 0.134, .text: 1.08, .closestBacker: -4.29, .likeBackers: 21.2,
                .metBackers: -0.42, .knownBackers: -0.598, .followedBackers: 0.414, .joinedBackers: -0.971,
                .sharedPortfolio: -2.69, .walk: -0.853,
            ],
            upside: [
                .area: 2.08, .region: 0.834, .state: 0.723, .city: 0.271, .previousStage: 0.184,
                .earlierRounds: -0.438, .age: 1.09, .lastSize: 0.168, .gap: -0.377, .askedRound: 2.89,
                .usualRound: 1.14, .areaInRegion: -0.574, .areaInState: -0.797, .areaAtStage: -0.0585,
                .areaAtAge: 0.794, .areaInRound: -0.229, .regionAtStage: -0.684, .regionAtAge: 0.402,
                .regionInRound: -0.486, .stageAtAge: -0.237,
            ],
            demand: [
                "age=0-6": 2.65, "age=12-24": 0.689, "age=120-": -1.09, "age=24-36": 0.62, "age=36-48": 0.133,
                "age=48-60": 0.0219, "age=6-12": 0.691, "age=60-84": -0.525, "age=84-120": 0.259,
                "earlierRounds=1": 1.19, "earlierRounds=2": -0.891, "earlierRounds=3": -0.484,
                "earlierRounds=4": -0.201, "earlierRounds=5-": -3.34, "gap=0-6": 0.313, "gap=12-18": -0.417,
                "gap=18-24": -0.293, "gap=24-36": 0.236, "gap=36-60": 1.33, "gap=6-12": -0.374, "gap=60-": 0.213,
                "lastSize=0-100000": -0.737, "lastSize=100000-250000": 2.37, "lastSize=1000000-2000000": -0.542,
                "lastSize=12000000-25000000": -1.03, "lastSize=2000000-4000000": 0.157,
                "lastSize=250000-500000": -0.986, "lastSize=25000000-60000000": -0.726,
                "lastSize=4000000-7000000": -1.09, "lastSize=500000-1000000": -0.932, "lastSize=60000000-": 0.361,
                "lastSize=7000000-12000000": -0.648, "previousStage=angel": 2.05, "previousStage=other": 1.46,
                "previousStage=post-ipo": -5.79, "previousStage=private-equity": -5.38,
                "previousStage=series-a": -0.234, "previousStage=series-b": -1.05, "previousStage=series-c+": -1.03,
                "previousStage=unknown": 4.47, "previousStage=venture": 0.0544, "roundKind=angel": -1.79,
                "roundKind=other": 0.437, "roundKind=post-ipo": -5.79, "roundKind=private-equity": -3.82,
                "roundKind=series-a": -0.0364, "roundKind=series-b": 0.0421, "roundKind=series-c+": 0.395,
                "roundKind=unknown": -1.29, "roundKind=venture": -1.62,
            ]))
}
