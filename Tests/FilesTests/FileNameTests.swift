import Files
import Testing

struct FileNameTests {
    @Test(
        "a name loses folders, controls and turned directions, and keeps its ending",
        arguments: [
            ("../../etc/passwd.txt", "passwd.txt"), ("C:\\decks\\kelp.pdf", "kelp.pdf"),
            ("a\u{202E}fdp.exe.pdf", "afdp.exe.pdf"),
            ("line\r\nbreak.csv", "linebreak.csv"), ("…", "…"), ("  .pdf ", "pdf"), ("", "document"),
            ("e\u{301}tude.png", "étude.png"), ("計画書.docx", "計画書.docx"),
        ])
    func cleaning(_ given: String, _ kept: String) {
        #expect(FileName(cleaning: given).text == kept)
    }

    @Test("a long name is cut between characters and keeps its ending")
    func long() {
        let name = FileName(cleaning: String(repeating: "計", count: 300) + ".xlsx")
        #expect(name.text.utf8.count <= 200)
        #expect(name.kind == .xlsx)
    }
}
