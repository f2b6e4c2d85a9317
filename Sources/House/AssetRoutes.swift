internal import API
internal import Pages

/// Stylesheet, scripts and icon, each under an address that names its contents.
enum AssetRoutes {
    static var routes: [AnyRoute] {
        Assets.shared.all.map { asset in
            PageRoute(
                .get, asset.url.description, "asset \(asset.contentType.prefix { $0 != ";" })",
                access: .anyone(because: "pages link to it")
            ) { _ in
                HTML(
                    bytes: asset.bytes, headers: [HeaderField("Cache-Control", Asset.cacheControl)],
                    mediaType: asset.contentType)
            }.erased
        }
    }
}
