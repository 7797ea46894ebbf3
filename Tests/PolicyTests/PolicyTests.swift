import Testing

@Suite struct PolicyTests {}
