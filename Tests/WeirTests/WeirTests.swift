import Testing

@Suite struct WeirTests {}
