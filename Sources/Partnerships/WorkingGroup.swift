package import Institutions
package import Vocabulary

/// People of the parties who work on something of an agreement together: who they are, when they met, and what is to be done.
package struct WorkingGroup: Sendable, Identifiable {
    /// Names a group within its tenant.
    package typealias ID = Identifier<WorkingGroup>

    /// Somebody of the group, by the name the parties gave; they need no seat here.
    package struct Member: Codable, Sendable, Equatable {
        /// What they are called.
        package let name: Name
        /// The party they come from.
        package let institution: Institution.ID
        /// Whether they take the chair.
        package let isChair: Bool

        /// Somebody of a party.
        package init(_ name: Name, of institution: Institution.ID, isChair: Bool = false) {
            self.name = name
            self.institution = institution
            self.isChair = isChair
        }
    }

    /// A meeting and what was said.
    package struct Meeting: Codable, Sendable, Identifiable {
        /// Names a meeting within its tenant.
        package typealias ID = Identifier<Meeting>

        /// The meeting.
        package let id: ID
        /// When it was held.
        package let heldOn: CalendarDate
        /// What was said.
        package let minutes: LongText
    }

    /// Something to be done.
    package struct Action: Codable, Sendable, Identifiable {
        /// Names an action within its tenant.
        package typealias ID = Identifier<Action>

        /// The action.
        package let id: ID
        /// What is to be done.
        package let text: ShortText
        /// Who does it.
        package let owner: Name
        /// By when.
        package let dueOn: CalendarDate?
        /// When it was done; nil until then.
        package let doneOn: CalendarDate?
    }

    /// The group.
    package let id: ID
    /// What it is called.
    package let name: Name
    /// How often it meets, in words.
    package let cadence: ShortText?
    /// When it ended; nil as long as it works.
    package let endedOn: CalendarDate?
    /// Why it ended.
    package let endReason: ShortText?
    /// The chair first.
    package let members: [Member]
    /// The latest first.
    package let meetings: [Meeting]
    /// What is open first, the most urgent first.
    package let actions: [Action]
}

/// What a manager says of a group.
package struct NewWorkingGroup: Sendable {
    let name: Name
    let cadence: ShortText?
    let members: [WorkingGroup.Member]

    /// A group of these people.
    package init(_ name: Name, cadence: ShortText? = nil, members: [WorkingGroup.Member]) {
        self.name = name
        self.cadence = cadence
        self.members = members
    }
}

/// That a group has done what it was formed for, or will not.
package struct GroupEnd: Sendable {
    let day: CalendarDate?
    let reason: ShortText

    /// An end for a reason, on a day from its last meeting to today; today unless given.
    package init(on day: CalendarDate? = nil, because reason: ShortText) {
        self.day = day
        self.reason = reason
    }
}

/// What came of a meeting.
package struct NewMeeting: Sendable {
    let heldOn: CalendarDate
    let minutes: LongText
    let actions: [NewAction]

    /// A meeting with its minutes and what is to be done after it.
    package init(on heldOn: CalendarDate, minutes: LongText, actions: [NewAction] = []) {
        self.heldOn = heldOn
        self.minutes = minutes
        self.actions = actions
    }

    /// Something to be done, by somebody, by a day.
    package struct NewAction: Sendable {
        let id: WorkingGroup.Action.ID
        let text: ShortText
        let owner: Name
        let dueOn: CalendarDate?

        /// Something to be done.
        package init(
            _ text: ShortText, by owner: Name, until dueOn: CalendarDate? = nil,
            as id: WorkingGroup.Action.ID = WorkingGroup.Action.ID()
        ) {
            self.id = id
            self.text = text
            self.owner = owner
            self.dueOn = dueOn
        }
    }
}
