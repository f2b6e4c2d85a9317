internal import CZip
import Foundation

/// An Office document, which is an archive of parts: what it lists, and what is really in it.
///
/// Everything is unpacked once into a buffer of 64 KiB and counted, because a directory that lies about sizes is just what a
/// bomb has. libzip reads the directory: it knows all the ways in which directory and entries can disagree, and
/// `ZIP_CHECKCONS` refuses them.
struct OfficeArchive {
    let check: FileCheck
    let kind: FileKind

    func look(at file: FileBytes) throws(FileFault) {
        guard file.bytes(at: 0, count: 4) == [0x50, 0x4B, 3, 4] else {
            // What Office writes under a password is no archive any more.
            throw file.bytes(at: 0, count: 4) == [0xD0, 0xCF, 0x11, 0xE0] ? .encrypted : .otherKind
        }
        // The directory is read as a whole, so its length is looked at first.
        let own = dup(file.descriptor)
        guard own >= 0, lseek(own, 0, SEEK_SET) == 0 else { throw .damaged }
        var code: Int32 = 0
        guard let archive = zip_fdopen(own, ZIP_CHECKCONS, &code) else {
            close(own)
            throw .damaged
        }
        defer { zip_discard(archive) }
        let entries = Int(zip_get_num_entries(archive, 0))
        guard entries > 0 else { throw .damaged }
        guard entries <= check.maximumEntries else { throw .bomb }
        try lookAtDirectory(archive, entries)
        try lookInside(archive, entries, of: file)
    }

    private func lookAtDirectory(_ archive: OpaquePointer, _ entries: Int) throws(FileFault) {
        var (declared, hasTypes) = (UInt64(0), false)
        for index in 0..<entries {
            var entry = zip_stat_t()
            guard zip_stat_index(archive, zip_uint64_t(index), zip_flags_t(ZIP_FL_ENC_RAW), &entry) == 0,
                let name = entry.name.map({ Array(UnsafeBufferPointer(start: $0, count: strlen($0))) })?
                    .map({ UInt8(bitPattern: $0) })
            else { throw .damaged }
            try checkName(name)
            if name.elementsEqual("[Content_Types].xml".utf8) { hasTypes = true }
            guard entry.encryption_method == 0 else { throw .encrypted }
            let (sum, overflows) = declared.addingReportingOverflow(entry.size)
            guard !overflows, sum <= UInt64(check.maximumUnpacked) else { throw .bomb }
            declared = sum
        }
        guard hasTypes else { throw .otherKind }
    }

    private func checkName(_ name: [UInt8]) throws(FileFault) {
        let slash = UInt8(ascii: "/")
        guard let first = name.first, first != slash, !name.contains(UInt8(ascii: "\\")),
            !name.contains(UInt8(ascii: ":")),
            !name.contains(where: { $0 < 0x20 })
        else { throw .unsafeEntry }
        let steps = name.split(separator: slash, omittingEmptySubsequences: false)
        guard !steps.contains(where: { $0.elementsEqual("..".utf8) }) else { throw .unsafeEntry }
        let last = (steps.last ?? []).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        if last.elementsEqual("vbaproject.bin".utf8) { throw .macros }
    }

    private func lookInside(_ archive: OpaquePointer, _ entries: Int, of file: FileBytes) throws(FileFault) {
        let limit = Swift.min(check.maximumUnpacked, Swift.max(file.count, 10_240) * check.maximumRatio)
        var unpacked = 0
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        for index in 0..<entries {
            let isTypes =
                zip_get_name(archive, zip_uint64_t(index), zip_flags_t(ZIP_FL_ENC_RAW))
                .map { strcmp($0, "[Content_Types].xml") == 0 } ?? false
            guard let entry = zip_fopen_index(archive, zip_uint64_t(index), 0) else { throw .damaged }
            defer { zip_fclose(entry) }
            var types: [UInt8] = []
            var isFirst = true
            while true {
                let got = Int(
                    buffer.withUnsafeMutableBytes { zip_fread(entry, $0.baseAddress, zip_uint64_t($0.count)) })
                guard got >= 0 else { throw .damaged }
                if got == 0 { break }
                unpacked += got
                guard unpacked <= limit else { throw .bomb }
                if isFirst, got >= 4, buffer[0] == 0x50, buffer[1] == 0x4B,
                    buffer[2] == 3 && buffer[3] == 4 || buffer[2] == 5 && buffer[3] == 6
                {
                    throw .nestedArchive
                }
                isFirst = false
                if isTypes, types.count < 1024 * 1024 { types += buffer[..<got] }
            }
            if isTypes { try checkTypes(types) }
        }
    }

    private func checkTypes(_ types: [UInt8]) throws(FileFault) {
        if types.contains("macroEnabled") || types.contains("vbaProject") { throw .macros }
        guard let part = kind.officePart, types.contains(part) else { throw .otherKind }
    }
}
