def v(String[] s) { s.size() }
def v(String... s) { s.size() }
// expect error: line 2: the method `v` is defined twice with the same parameters
