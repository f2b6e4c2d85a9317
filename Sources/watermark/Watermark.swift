import Glibc

/// Puts a text on every page of a PDF: reads the file from standard input, the text from `WATERMARK_TEXT`, and writes the
/// marked file to standard output.
///
/// A program of its own, because a PDF is a format of many corners and comes from anybody. It is started for one file, has
/// no more memory, time and descriptors than it needs, knows no database and no network, and when it falls, nothing falls
/// with it. How it ends says what came of it: `Outcome`.
@main
struct Watermark {
    /// The status it exits with.
    enum Outcome: Int32, Error {
        case marked = 0
        /// Somebody started it with nothing to write.
        case misused = 2
        /// The file cannot be read to its end.
        case damaged = 3
        /// The file is encrypted.
        case protected = 4
        /// No font here has the letters of the text.
        case unwritable = 5
        /// What it was given could not be read, or what it made not written: a full disk, and no word about the file.
        case disturbed = 6
    }

    static func main() {
        do {
            confine()
            guard let text = getenv("WATERMARK_TEXT").map({ String(cString: $0) }), !text.isEmpty else {
                throw Outcome.misused
            }
            let marked = try MarkedPDF(of: try standardInput(), with: text)
            try marked.write()
            exit(Outcome.marked.rawValue)
        } catch let outcome as Outcome {
            exit(outcome.rawValue)
        } catch {
            exit(Outcome.damaged.rawValue)
        }
    }

    /// Takes itself what it does not need, for good.
    private static func confine() {
        // What the service had open and did not mean to hand down.
        for descriptor in 3..<Int32(min(max(sysconf(Int32(_SC_OPEN_MAX)), 256), 4096)) { close(descriptor) }
        func limit(_ resource: __rlimit_resource, to value: rlim_t, grace: rlim_t = 0) {
            var limit = rlimit(rlim_cur: value, rlim_max: value + grace)
            setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
        }
        limit(RLIMIT_AS, to: 1 << 30)
        // At its end it is told so by a signal of its own; being killed is what happens to it from outside.
        limit(RLIMIT_CPU, to: 15, grace: 5)
        limit(RLIMIT_CORE, to: 0)
        limit(RLIMIT_NOFILE, to: 32)
        // A watermarked file is hardly larger than the file; what grows without end is stopped.
        limit(RLIMIT_FSIZE, to: 128 << 20)
        // Also where it only waits.
        alarm(30)
    }

    private static func standardInput() throws(Outcome) -> [UInt8] {
        let most = 32 << 20
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let got = read(STDIN_FILENO, &buffer, buffer.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw .disturbed }
            guard bytes.count + got <= most else { throw .damaged }
            if got == 0 { return bytes }
            bytes += buffer[..<got]
        }
    }
}
