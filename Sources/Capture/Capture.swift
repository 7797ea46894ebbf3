/// Namespace for reading captures.
