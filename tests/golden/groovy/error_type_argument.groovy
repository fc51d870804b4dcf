List<Map<String, Nowhere>> all = []  // expect error: unable to resolve class Nowhere
