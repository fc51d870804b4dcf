outer: for (x in [1, 2, 3]) {
  for (y in [1, 2, 3]) {
    if (y == 2) continue outer
    if (x == 3) break outer
    println "$x $y"
  }
}
// expect: 1 1
// expect: 2 1
int count = 0
all: while (true) {
  inner: for (;;) {
    count++
    try {
      if (count > 3) break all
      continue inner
    } finally {
      for (z in 1..2) { break }
    }
  }
}
println count  // expect: 4
turn: for (int k = 0; k < 3; k++) {
  switch (k) {
    case 1: continue turn
    case 2: break turn
    default: println "k$k"
  }
}
// expect: k0
word: println 'labelled'  // expect: labelled
block: { println 'in a block' }  // expect: in a block
