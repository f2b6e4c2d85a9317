internal import Vocabulary

extension GoldenYear {
    static let givenNames = [
        "Ada", "Bo", "Chi Ming", "Dora", "Emi", "Fumiko", "Grace", "Haruto", "Ivan", "Jun", "Ka Yan", "Leo", "Mei",
        "Nora", "Olga", "Pak Hei", "Quentin", "Ren", "Sora", "Tom", "Uma", "Vera", "Wing", "Xin", "Yuki", "Zoe",
    ]
    static let familyNames = [
        "Au", "Chan", "Fung", "Ho", "Ito", "Kwok", "Lam", "Mori", "Nair", "Okada", "Pang", "Sato", "Tanaka", "Wong",
        "Yip",
    ]
    static let crafts = [
        "Robotics", "Sensors", "Labs", "Bio", "Pay", "Cells", "Energy", "Works", "Mobility", "Data", "Health", "Optics",
    ]

    struct Asked: Sendable {
        let en: String
        let zhHant: String
        let ja: String
    }

    static let questions = [
        Asked(en: "Which problem do you solve, and for whom?", zhHant: "你們為誰解決甚麼問題？", ja: "誰の、どのような課題を解決しますか。"),
        Asked(en: "What have you built so far?", zhHant: "至今完成了甚麼？", ja: "これまでに何を作りましたか。"),
        Asked(en: "Who is on the team, and why you?", zhHant: "團隊有哪些人？為何是你們？", ja: "チームの構成と、皆さんである理由を教えてください。"),
        Asked(en: "What would you do in the first twelve months?", zhHant: "首十二個月有何計劃？", ja: "最初の12か月で何をしますか。"),
        Asked(en: "Who else tries this?", zhHant: "還有誰在做？", ja: "ほかに誰が取り組んでいますか。"),
        Asked(en: "Which other support have you received?", zhHant: "曾獲哪些其他資助？", ja: "ほかに受けた支援はありますか。"),
    ]

    /// A sentence as somebody might write it in answer to a question.
    static func sentence(_ question: Int, in language: Language, _ draw: inout Draw) -> String {
        let number = 2 + draw.number(below: 60)
        let sentences: [String] =
            switch (language, question) {
            case (.english, 0):
                [
                    "Building managers learn of a leak when the tenant below calls.",
                    "Clinics lose \(number) hours a week to forms that nobody reads twice.",
                    "Small exporters wait \(number) days for money that they have earned.",
                ]
            case (.english, 1):
                [
                    "A first version runs with \(number) users in two districts.",
                    "The second board is back from the factory and passes its tests.",
                    "What is missing is billing, and a supplier for the sensor.",
                ]
            case (.english, 2):
                [
                    "We met \(number) months ago in a laboratory and have shipped together since.",
                    "One of us ran the trade for ten years; the others write the software.",
                ]
            case (.english, _):
                [
                    "By month six we want \(number) paying customers.",
                    "The pilot ends in spring; what we learn decides the second product.",
                    "We know of two others, and both sell to hospitals only.",
                ]
            case (.traditionalChinese, 0):
                [
                    "大廈管理員往往在樓下住戶投訴後才得知漏水。", "診所每星期花\(number)小時填寫沒有人再看的表格。",
                    "小型出口商等候貨款長達\(number)天。",
                ]
            case (.traditionalChinese, 1): ["首個版本已有\(number)名用戶在兩區使用。", "第二塊電路板已從工廠送回並通過測試。", "目前尚欠收費系統和感應器供應商。"]
            case (.traditionalChinese, 2): ["我們\(number)個月前在實驗室認識，之後一直合作。", "其中一人在業界工作十年，其他人負責軟件。"]
            case (.traditionalChinese, _): ["六個月內希望有\(number)個付費客戶。", "試點將於春季結束，所得經驗決定下一項產品。", "據我們所知有兩家同類公司，均只面向醫院。"]
            case (.japanese, 0):
                [
                    "建物の管理者が漏水に気づくのは、下の階から電話が来たときです。", "診療所は週に\(number)時間を、誰も読み返さない書類に費やしています。",
                    "小さな輸出業者は代金の入金まで\(number)日待たされています。",
                ]
            case (.japanese, 1):
                ["最初の版は二つの地区で\(number)人に使われています。", "二枚目の基板が工場から戻り、試験に合格しました。", "足りないのは請求の仕組みとセンサーの仕入先です。"]
            case (.japanese, 2): ["私たちは\(number)か月前に研究室で出会い、それから共に開発しています。", "一人は業界で十年の経験があり、残りはソフトウェアを書きます。"]
            case (.japanese, _):
                ["六か月目までに有料のお客様を\(number)社にします。", "実証実験は春に終わり、その結果で次の製品を決めます。", "同業は二社あり、どちらも病院だけを相手にしています。"]
            }
        return draw.one(of: sentences)
    }

    /// What a reviewer says of an application.
    static func verdict(_ number: Int, in language: Language) -> String {
        let verdicts =
            switch language {
            case .english:
                [
                    "The problem is real and the team knows it.", "Say more about who pays.",
                    "The figures do not add up yet.", "A strong team with a weak plan.", "Ready for a pilot.",
                ]
            case .traditionalChinese: ["問題真實，團隊亦熟悉。", "請說明由誰付款。", "數字尚未相符。", "團隊強，計劃弱。", "可以開始試點。"]
            case .japanese:
                ["課題は現実のもので、チームも理解しています。", "誰が支払うのかをもっと説明してください。", "数字がまだ合いません。", "チームは強いが計画は弱い。", "実証実験の準備ができています。"]
            }
        return verdicts[number % verdicts.count]
    }
}
