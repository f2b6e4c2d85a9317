import Foundation

extension Schema {
    /// Every way in which a value does not fit, each with a JSON pointer. Empty when it fits.
    public func check(_ value: JSON, at pointer: String = "") -> [Problem.FieldError] {
        check(value, at: pointer, decoding: true)
    }

    /// As `check`; without `decoding`, what only the type's own decoding finds is left to whoever decodes next.
    func check(_ value: JSON, at pointer: String = "", decoding: Bool) -> [Problem.FieldError] {
        var errors: [Problem.FieldError] = []
        check(value, at: pointer, decoding: decoding, into: &errors)
        return errors
    }

    private static let maximumErrors = 100

    private func check(
        _ value: JSON, at pointer: String, decoding: Bool = true, into errors: inout [Problem.FieldError]
    ) {
        guard errors.count < Schema.maximumErrors else { return }
        let before = errors.count
        switch (shape, value) {
        case (.anything, _), (.unrecorded, _): break
        case (.reference(let component), _):
            component.schema.check(value, at: pointer, decoding: decoding, into: &errors)
        case (.string(let rule), .string(let text)):
            let length = text.unicodeScalars.count
            if length < rule.minimum {
                let detail = rule.minimum == 1 ? "must not be empty" : "must have at least \(rule.minimum) characters"
                errors.append(.init(pointer, .tooShort, detail))
            } else if length > rule.maximum {
                errors.append(.init(pointer, .tooLong, "must have at most \(rule.maximum) characters"))
            }
        case (.enumeration(let values), .string(let text)):
            if !values.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
                errors.append(.init(pointer, .notAllowed, "must be one of: \(values.joined(separator: ", "))"))
            }
        case (.integer(let minimum, let maximum), .number(let number)):
            if let integer = number.integer {
                if integer < minimum { errors.append(.init(pointer, .outOfRange, "must be at least \(minimum)")) }
                if integer > maximum { errors.append(.init(pointer, .outOfRange, "must be at most \(maximum)")) }
            } else {
                errors.append(.init(pointer, .outOfRange, "must be a whole number of the allowed size"))
            }
        case (.number(let minimum, let maximum), .number(let number)):
            if let double = number.double {
                if let minimum, double < minimum {
                    errors.append(.init(pointer, .outOfRange, "must be at least \(minimum)"))
                }
                if let maximum, double > maximum {
                    errors.append(.init(pointer, .outOfRange, "must be at most \(maximum)"))
                }
            } else {
                errors.append(.init(pointer, .outOfRange, "the number is too large"))
            }
        case (.boolean, .bool): break
        case (.array(let element, let minimum, let maximum), .array(let values)):
            if values.count < minimum {
                errors.append(.init(pointer, .tooFew, "must have at least \(minimum) entries"))
            }
            if values.count > maximum {
                errors.append(.init(pointer, .tooMany, "must have at most \(maximum) entries"))
            } else {
                for (index, value) in values.enumerated() {
                    element.check(value, at: "\(pointer)/\(index)", into: &errors)
                }
            }
        case (.map(let schema, let maximum), .object(let members)):
            if members.count > maximum {
                errors.append(.init(pointer, .tooMany, "must have at most \(maximum) entries"))
            } else {
                for member in members {
                    schema.check(member.value, at: pointer + Schema.token(member.name), into: &errors)
                }
            }
        case (.object(let properties), .object(let members)):
            checkObject(properties, members, at: pointer, into: &errors)
        default:
            errors.append(.init(pointer, .type, "must be \(article)"))
        }
        if decoding, errors.count == before, let verify, let reason = verify(value) {
            errors.append(.init(pointer, .invalid, reason))
        }
    }

    private func checkObject(
        _ properties: [Property], _ members: [JSON.Member], at pointer: String,
        into errors: inout [Problem.FieldError]
    ) {
        for property in properties {
            let name = property.name
            if let member = members.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                property.schema.check(member.value, at: pointer + Schema.token(name), into: &errors)
            } else if property.required {
                errors.append(.init(pointer + Schema.token(name), .required, "is required"))
            }
        }
        for member in members {
            guard errors.count < Schema.maximumErrors else { return }
            if !properties.contains(where: { $0.name.utf8.elementsEqual(member.name.utf8) }) {
                errors.append(.init(pointer + Schema.token(member.name), .unknown, "is not a field here"))
            }
        }
    }

    private var article: String {
        switch shape {
        case .string, .enumeration: "a string"
        case .integer: "a whole number"
        case .number: "a number"
        case .boolean: "true or false"
        case .array: "an array"
        default: "an object"
        }
    }

    /// A reference token of a JSON pointer (RFC 6901). Names come from the sender, so they are cut to a sane length.
    static func token(_ name: String) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "/")]
        for byte in name.utf8.prefix(200) {
            switch byte {
            case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
            case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func pointer(_ path: [any CodingKey]) -> String {
        path.map { token($0.intValue.map(String.init) ?? $0.wireName) }.joined()
    }
}

extension JSON {
    /// Checks against the schema and decodes; what is wrong comes back as pointers under `prefix`.
    func decode<T: Decodable>(
        _ type: T.Type, checking schema: Schema, under prefix: String = ""
    ) -> Result<T, FieldErrors> {
        let errors = schema.check(self, at: prefix)
        guard errors.isEmpty else { return .failure(FieldErrors(list: errors)) }
        do {
            return .success(try decode(type))
        } catch let error as DecodingError {
            return .failure(
                FieldErrors(list: [.init(prefix + Schema.pointer(error.path), .invalid, error.reason)]))
        } catch {
            return .failure(FieldErrors(list: [.init(prefix, .invalid, "the value is not valid")]))
        }
    }
}

/// What was wrong with fields.
struct FieldErrors: Error {
    let list: [Problem.FieldError]
}
