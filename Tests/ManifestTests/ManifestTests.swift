import Testing

@Suite struct ManifestTests {}
