import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Says what was wrong with bytes that the parser refuses, of which the edge never hears: the library would answer a bare 400.
final class ParserRefusal: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var problem: Problem?

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? HTTPParserError {
        case nil: break
        case .headerOverflow: problem = Problem(.headersTooLarge, "The address or the header fields are too large.")
        default: problem = Problem(.malformed, "This is not HTTP as it is read here.")
        }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let problem, case .head(let bare) = unwrapOutboundIn(data), bare.status == .badRequest,
            bare.headerFields[.contentLength] == "0", let body = try? JSONBytes.encode(problem)
        else { return context.write(data, promise: promise) }
        self.problem = nil
        var fields = Edge.securityHeaders(of: .json)
        fields[.contentType] = "application/problem+json"
        fields[.contentLength] = String(body.count)
        fields[.connection] = "close"
        let head = HTTPResponse(status: HTTPResponse.Status(code: problem.status), headerFields: fields)
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
    }
}
