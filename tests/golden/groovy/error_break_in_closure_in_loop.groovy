for (x in [1]) {
  [2].each { break }  // expect error: the break statement is only allowed inside loops or switches
}
