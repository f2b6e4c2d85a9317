import Dispatch
import Foundation

/// Puts a text on every page of a PDF, by the program `watermark`, which runs for one file and apart from the service: a
/// PDF that crashes, floods or never ends its reader costs that file and nothing else.
public struct Watermarker: Sendable {
    /// Why a file got no watermark.
    public enum Fault: String, Error, Codable, Sendable, CaseIterable {
        /// It cannot be read to its end.
        case damaged
        /// It is encrypted.
        case protected
        /// It took more memory or time than a file may take, or brought its reader down.
        case tooHeavy = "too_heavy"
        /// No font here has the letters of the text.
        case unwritable
    }

    /// The program could not be started, was ended from outside, or could not write: nothing is said about the file, and
    /// another try may well do.
    public struct Failure: Error, CustomStringConvertible {
        /// What an operator reads.
        public let description: String
    }

    /// The program beside the running executable.
    public static var standard: Watermarker {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return Watermarker(program: own.deletingLastPathComponent().appending(path: "watermark").path)
    }

    private let program: String
    private let patience: Int

    /// The program at a path, given so many seconds for a file.
    public init(program: String, patience: Int = 40) {
        self.program = program
        self.patience = patience
    }

    /// Each blocks a thread of its own while it waits, and as many run at a time as a small machine bears.
    private static let waiting: OperationQueue = {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 4
        return queue
    }()

    /// Reads a PDF by one descriptor from its beginning and writes it with the text by another.
    ///
    /// Throws `Fault`, or `Failure` where it is not the file's.
    public func mark(from input: Int32, into output: Int32, with text: String) async throws {
        let (program, patience) = (program, patience)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Self.waiting.addOperation {
                continuation.resume(
                    with: Result { try Self.run(program, from: input, into: output, text, patience) })
            }
        }
    }

    private static func run(
        _ program: String, from input: Int32, into output: Int32, _ text: String, _ patience: Int
    ) throws {
        lseek(input, 0, SEEK_SET)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        // The threads that get here take no signals, which a child inherits: neither its limits nor a stop would reach it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), nil]
        // In the environment rather than among the arguments, which everybody on the machine can read.
        var environment: [UnsafeMutablePointer<CChar>?] = [
            strdup("WATERMARK_TEXT=\(text)"), strdup("LC_ALL=C.UTF-8"), nil,
        ]
        defer { for pointer in arguments + environment { free(pointer) } }
        var child = pid_t()
        guard posix_spawn(&child, program, &actions, &attributes, &arguments, &environment) == 0 else {
            throw Failure(description: "The watermarking program cannot be started: \(program)")
        }
        let status = try wait(for: child, atMost: patience)
        let signal = status & 0x7F
        guard signal == 0 else {
            // Out of its limits, or fallen over the file; what else ends it comes from outside.
            guard Self.falls.contains(signal) else {
                throw Failure(description: "The watermarking program was ended by signal \(signal).")
            }
            throw Fault.tooHeavy
        }
        switch (status >> 8) & 0xFF {
        case 0: return
        case 3: throw Fault.damaged
        case 4: throw Fault.protected
        case 5: throw Fault.unwritable
        case 6: throw Failure(description: "The watermarking program could not write, or read what it was given.")
        case 127: throw Failure(description: "The watermarking program cannot be started: \(program)")
        case let other: throw Failure(description: "The watermarking program ended with status \(other).")
        }
    }

    /// The signals that a program brings upon itself.
    private static let falls: Set<Int32> = [
        SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGTRAP, SIGSYS, SIGXCPU, SIGXFSZ,
    ]

    /// How the child ended; it is killed where it does not end by itself. Throws `Failure` then.
    private static func wait(for child: pid_t, atMost patience: Int) throws(Failure) -> Int32 {
        var status: Int32 = 0
        let deadline = Date(timeIntervalSinceNow: Double(patience))
        while true {
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child { return status }
            if ended < 0, errno != EINTR {
                throw Failure(description: "It is not known how the watermarking program ended.")
            }
            if Date() > deadline {
                kill(child, SIGKILL)
                waitpid(child, &status, 0)
                throw Failure(description: "The watermarking program did not end within \(patience) seconds.")
            }
            usleep(4_000)
        }
    }
}
