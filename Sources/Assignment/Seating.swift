/// A problem made ready: shuffled by its seed, freed of what cannot be, with fixed pairs on their seats.
struct Seating {
    /// The seats of applications that want and need the same.
    struct Form {
        /// Seats by kind: one kind for each need, and last those open to all.
        let counts: [Int]
        /// For every reviewer a bit for each kind of seat it may take.
        let masks: [UInt64]
        /// Seats that not even all reviewers could fill.
        let hopeless: Int

        var seats: Int { counts.reduce(0, +) }
    }

    /// The most that one application may want and one reviewer may have; more are held there.
    static let mostWanted = 1_000_000
    /// An affinity of 1.
    static let one = 1_000_000

    let problem: AssignmentProblem
    /// The application at each place here.
    let applications: [Int]
    /// The reviewer at each place here.
    let reviewers: [Int]
    let forms: [Form]
    /// The form of every application.
    let form: [Int]
    /// For every application and reviewer twice the affinity, and 1 more for a standing pair; -1 where the pair may not be.
    /// So it is where it is fixed.
    let codes: [Int32]
    /// Fixed reviewers of every application.
    let fixed: [[Int]]
    let least: [Int]
    let most: [Int]
    /// The load at which a review costs ``loadWeight``.
    let full: [Int]
    let loadWeight: Int
    /// What is wrong with one application, reviewer or fixed pair by itself.
    let violations: [AssignmentRefusal.Violation]

    init(_ problem: AssignmentProblem) {
        self.problem = problem
        var shuffle = Shuffle(seed: problem.seed)
        let applications = shuffle.order(of: problem.applications.count)
        let reviewers = shuffle.order(of: problem.reviewers.count)
        self.applications = applications
        self.reviewers = reviewers
        loadWeight = min(max(0, problem.loadWeight), Self.one)

        var violations: [AssignmentRefusal.Violation] = []
        var forms: [Form] = []
        var numbers: [AssignmentProblem.Application: Int] = [:]
        let members = problem.groups.map(Set.init)
        form = applications.map { place in
            var application = problem.applications[place]
            application.languages = 0
            if let known = numbers[application] { return known }
            numbers[application] = forms.count
            forms.append(Form(application, members, reviewers))
            return forms.count - 1
        }
        self.forms = forms
        for (place, application) in problem.applications.enumerated() {
            let wanted = min(max(0, application.wanted), Self.mostWanted)
            let needed = application.needs.reduce(0) { $0 + min(max(0, $1.count), Self.mostWanted) }
            let kinds = application.needs.count { $0.count > 0 }
            if needed > wanted || kinds > Form.mostKinds {
                violations.append(.needs(application: place, needed: needed, wanted: wanted))
            }
        }

        var codes = Self.codes(problem, applications, reviewers)
        let applicationPlaces = Self.inverse(applications)
        let reviewerPlaces = Self.inverse(reviewers)
        func cell(_ pair: AssignmentPair) -> Int? {
            guard applications.indices.contains(pair.application), reviewers.indices.contains(pair.reviewer) else {
                return nil
            }
            return applicationPlaces[pair.application] * reviewers.count + reviewerPlaces[pair.reviewer]
        }
        var conflicts: Set<AssignmentPair> = []
        for pair in problem.conflicts {
            guard let cell = cell(pair) else { continue }
            codes[cell] = -1
            conflicts.insert(pair)
        }
        var fixed = [[Int]](repeating: [], count: applications.count)
        var loads = [Int](repeating: 0, count: reviewers.count)
        var last: AssignmentPair?
        for pair in problem.fixed.sorted() where pair != last {
            last = pair
            guard let cell = cell(pair) else {
                violations.append(.fixed(pair, .unknown))
                continue
            }
            let (application, reviewer) = (applicationPlaces[pair.application], reviewerPlaces[pair.reviewer])
            let form = forms[form[application]]
            let fault: AssignmentRefusal.FixedFault? =
                if conflicts.contains(pair) {
                    .conflict
                } else if !problem.canRead(pair) {
                    .language
                } else if fixed[application].count >= form.seats {
                    .seatsTaken
                } else if !form.canSeat(fixed[application] + [reviewer]) {
                    .seatsKept
                } else if loads[reviewer] >= problem.reviewers[pair.reviewer].most {
                    .overload
                } else {
                    nil
                }
            if let fault {
                violations.append(.fixed(pair, fault))
                // Whoever is there in truth is not proposed beside it.
                codes[cell] = -1
            } else {
                fixed[application].append(reviewer)
                loads[reviewer] += 1
                codes[cell] = -1
            }
        }
        for pair in problem.standing {
            if let cell = cell(pair), codes[cell] >= 0 { codes[cell] |= 1 }
        }
        var (least, most, full) = (loads, loads, loads)
        for (place, number) in reviewers.enumerated() {
            let reviewer = problem.reviewers[number]
            full[place] = min(max(1, reviewer.most), Self.mostWanted)
            guard !reviewer.isClosed else { continue }
            if max(0, reviewer.least) > max(0, reviewer.most) { violations.append(.loads(reviewer: number)) }
            most[place] = min(max(loads[place], reviewer.most), applications.count)
            least[place] = min(max(loads[place], reviewer.least), max(loads[place], reviewer.most), Self.mostWanted)
        }
        self.codes = codes
        self.fixed = fixed
        fixedLoad = loads
        self.least = least
        self.most = most
        self.full = full
        self.violations = violations
    }

    private static func inverse(_ order: [Int]) -> [Int] {
        var places = order
        for (place, number) in order.enumerated() { places[number] = place }
        return places
    }

    private static func codes(_ problem: AssignmentProblem, _ applications: [Int], _ reviewers: [Int]) -> [Int32] {
        let languages = reviewers.map { problem.reviewers[$0].languages }
        let isOpen = reviewers.map { !problem.reviewers[$0].isClosed }
        return [Int32](unsafeUninitializedCapacity: applications.count * reviewers.count) { cells, count in
            var next = 0
            for application in applications {
                let written = problem.applications[application].languages
                let base = application * reviewers.count
                for (place, reviewer) in reviewers.enumerated() {
                    let canBe = isOpen[place] && (written == 0 || written & languages[place] != 0)
                    let affinity = min(max(0, problem.affinities[base + reviewer]), Int32(Self.one))
                    cells.initializeElement(at: next, to: canBe ? 2 * affinity : -1)
                    next += 1
                }
            }
            count = next
        }
    }

    /// Fixed pairs of every reviewer.
    let fixedLoad: [Int]

    func pair(_ application: Int, _ reviewer: Int) -> AssignmentPair {
        AssignmentPair(applications[application], reviewers[reviewer])
    }

    /// What a reviewer's `count`th review costs, in millionths.
    func cost(ofReview count: Int, by reviewer: Int) -> Int { loadWeight * count / full[reviewer] }
}

extension Seating {
    /// How many seats of an application its fixed reviewers and those in a set can fill.
    func rank(_ application: Int, _ isIn: (Int) -> Bool) -> Int {
        let (row, form) = (application * reviewers.count, forms[form[application]])
        let fixed = fixed[application]
        if form.counts.count == 1 {
            let open = reviewers.indices.count { codes[row + $0] >= 0 && isIn($0) }
            return min(form.seats, fixed.count + open)
        }
        return form.most(of: fixed + reviewers.indices.filter { codes[row + $0] >= 0 && isIn($0) })
    }

    /// For each need of an application how many of the group it could have at most, fixed ones among them.
    func possible(_ application: Int) -> [Int] {
        problem.applications[applications[application]].needs.map { need in
            guard problem.groups.indices.contains(need.group) else { return 0 }
            let group = Set(problem.groups[need.group])
            return reviewers.indices.count {
                group.contains(reviewers[$0])
                    && (codes[application * reviewers.count + $0] >= 0 || fixed[application].contains($0))
            }
        }
    }
}

extension AssignmentProblem {
    /// Millionths.
    func affinity(of pair: AssignmentPair) -> Int {
        min(max(0, Int(affinities[pair.application * reviewers.count + pair.reviewer])), Seating.one)
    }

    /// Whether the reviewer reads a language that the application can be read in.
    func canRead(_ pair: AssignmentPair) -> Bool {
        let written = applications[pair.application].languages
        return written == 0 || written & reviewers[pair.reviewer].languages != 0
    }
}

extension Seating.Form {
    /// Kinds fit in a word.
    static let mostKinds = 63

    init(_ application: AssignmentProblem.Application, _ members: [Set<Int>], _ reviewers: [Int]) {
        var masks = [UInt64](repeating: 0, count: reviewers.count)
        var counts: [Int] = []
        var (left, hopeless) = (min(max(0, application.wanted), Seating.mostWanted), 0)
        func open(_ count: Int, to isMember: (Int) -> Bool) {
            for (place, reviewer) in reviewers.enumerated() where isMember(reviewer) {
                masks[place] |= 1 << counts.count
            }
            counts.append(min(count, reviewers.count))
            hopeless += count - min(count, reviewers.count)
            left -= count
        }
        for need in application.needs where counts.count < Self.mostKinds {
            let group = members.indices.contains(need.group) ? members[need.group] : []
            let count = min(need.count, left)
            if count > 0 { open(count, to: group.contains) }
        }
        open(left) { _ in true }
        self.counts = counts
        self.masks = masks
        self.hopeless = hopeless
    }

    /// Whether these reviewers can all have a seat at once.
    func canSeat(_ reviewers: [Int]) -> Bool { most(of: reviewers) == reviewers.count }

    /// How many of these reviewers can have a seat at once.
    func most(of reviewers: [Int]) -> Int {
        var seated = counts.map { _ in [Int]() }
        func seat(_ reviewer: Int, _ tried: inout UInt64) -> Bool {
            for kind in counts.indices where masks[reviewer] & ~tried & (1 << kind) != 0 {
                tried |= 1 << kind
                if seated[kind].count < counts[kind] {
                    seated[kind].append(reviewer)
                    return true
                }
                for place in seated[kind].indices where seat(seated[kind][place], &tried) {
                    seated[kind][place] = reviewer
                    return true
                }
            }
            return false
        }
        return reviewers.count { reviewer in
            var tried: UInt64 = 0
            return seat(reviewer, &tried)
        }
    }
}
