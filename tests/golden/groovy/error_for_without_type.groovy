for (x : [1]) { println x }  // expect error: a loop with `:` needs a type or `def` before its variable
