List<int> all = []  // expect error: a primitive type cannot be the argument of a type
