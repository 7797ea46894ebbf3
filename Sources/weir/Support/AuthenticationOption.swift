import ArgumentParser

/// What to make of connections whose policy demands mutual authentication.
enum AuthenticationOption: String, ExpressibleByArgument, CaseIterable {
  case succeed, fail
}
