/// What a template may say: a plain struct of text, numbers, flags, addresses, lists and further view models.
///
/// `Codable` is all it takes. Encoding gives the values that are rendered; decoding is only ever run on a
/// recorder that learns the names and nesting, so that a template can be proved against the type.
/// A section of a flag shows or hides; of an optional, opens it or hides; of a list, repeats.
/// Dates, money and the like are words by the time they arrive here.
public protocol ViewModel: Codable, Sendable {}
