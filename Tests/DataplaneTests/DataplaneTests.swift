import Testing

@Suite struct DataplaneTests {}
