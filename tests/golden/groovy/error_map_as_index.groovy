println [a: 1]  // expect error: a map entry cannot be an index
