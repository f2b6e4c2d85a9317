import CQPDF

/// The files that are attached to a PDF, wherever it names them: in its list of attachments, behind a pin on a page, within
/// a presentation. No stamp is on them, so they do not leave with what is stamped.
struct Attachments {
    private let document: qpdf_data?

    init(_ document: qpdf_data?) {
        self.document = document
    }

    private struct Name: Hashable {
        let id: Int32
        let generation: Int32
    }

    /// Takes them out. What named one stays, and leads nowhere.
    func remove() {
        let root = qpdf_get_root(document)
        // What makes a reader open the attachments instead of the pages.
        qpdf_oh_remove_key(document, root, "/Collection")
        let names = qpdf_oh_get_key(document, root, "/Names")
        if qpdf_oh_is_dictionary(document, names) != 0 { qpdf_oh_remove_key(document, names, "/EmbeddedFiles") }

        var seen: Set<Name> = []
        var waiting = [root]
        while let object = waiting.popLast() {
            if qpdf_oh_is_indirect(document, object) != 0 {
                let name = Name(
                    id: qpdf_oh_get_object_id(document, object),
                    generation: qpdf_oh_get_generation(document, object))
                guard seen.insert(name).inserted else { continue }
            }
            if qpdf_oh_is_array(document, object) != 0 {
                for index in 0..<qpdf_oh_get_array_n_items(document, object) {
                    wait(qpdf_oh_get_array_item(document, object, index), in: &waiting)
                }
            } else if qpdf_oh_is_dictionary(document, object) != 0 {
                removeFile(of: object, &waiting)
            } else if qpdf_oh_is_stream(document, object) != 0 {
                removeFile(of: qpdf_oh_get_dict(document, object), &waiting)
            }
        }
    }

    private func removeFile(of dictionary: qpdf_oh, _ waiting: inout [qpdf_oh]) {
        qpdf_oh_remove_key(document, dictionary, "/EF")
        var keys: [String] = []
        qpdf_oh_begin_dict_key_iter(document, dictionary)
        while qpdf_oh_dict_more_keys(document) != 0 {
            if let key = qpdf_oh_dict_next_key(document) { keys.append(String(cString: key)) }
        }
        for key in keys { wait(qpdf_oh_get_key(document, dictionary, key), in: &waiting) }
    }

    /// Only what holds others is looked into; a handle that is not needed is given back.
    private func wait(_ object: qpdf_oh, in waiting: inout [qpdf_oh]) {
        if qpdf_oh_is_array(document, object) != 0 || qpdf_oh_is_dictionary(document, object) != 0
            || qpdf_oh_is_stream(document, object) != 0
        {
            waiting.append(object)
        } else {
            qpdf_oh_release(document, object)
        }
    }
}
