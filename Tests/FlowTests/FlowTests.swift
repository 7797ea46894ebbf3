import Testing

@Suite struct FlowTests {}
