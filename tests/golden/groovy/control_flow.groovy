def out = []
for (int i = 0; i < 5; i++) { if (i == 1) continue; if (i == 4) break; out << i }
println(out)
out = []
for (x in ['a', 'b']) { out << x }
println(out)
out = []
for (String x : ['a', 'b']) out << x
println(out)
int n = 3
while (n > 0) { n-- }
println(n)
out = []
for (e in [a: 1, b: 2]) out << e.key
println(out)
if (n) out = 'yes'
else if (n == 0) out = 'zero'
else out = 'no'
println(out)
def sw = { v -> switch (v) {
  case 1: return 'one'
  case 2..4: return 'range'
  case ['x', 'y']: return 'list'
  case String: return 'string'
  case ~/\d+/: return 'never'
  case { it > 100 }: return 'big'
  case null: return 'null'
  default: return 'default'
} }
println(sw(1) + sw(3) + sw('x') + sw('q') + sw(500) + sw(null) + sw(50))
def fall = ''
switch (2) {
  case 1: fall += '1'
  case 2: fall += '2'
  case 3: fall += '3'; break
  case 4: fall += '4'
}
println(fall)
println(true ? 'a' : 'b')
def nested = false ? 1 : true ? 2 : 3
println(nested)
def v = true
  ? 'next line'
  : 'other'
println(v)
def found = null
for (a in [1, 2]) { for (b in [1, 2]) { if (a * b == 2) { found = "$a$b"; break } } }
println(found)
if (true) println 'one-line if'
def k = 0
while (true) { if (++k > 3) break }
println(k)
for (x in null) println 'never'

// expect: [0, 2, 3]
// expect: [a, b]
// expect: [a, b]
// expect: 0
// expect: [a, b]
// expect: zero
// expect: onerangeliststringnevernullnever
// expect: 23
// expect: a
// expect: 2
// expect: next line
// expect: 21
// expect: one-line if
// expect: 4
// `default` comes after all the cases, wherever it stands, and nothing follows it.
def passed(v) {
  def r = []
  switch (v) {
    case 0: r << 0
    default: r << 'd'
    case 1: r << 1
    case 2: r << 2; break
    case 3: r << 3
  }
  r
}
println([0, 1, 2, 3, 9].collect { passed(it) })  // expect: [[0, 1, 2], [1, 2], [2], [3, d], [d]]
def first(v) { switch (v) { default: 'd'; break; case 1: 'one'; break } }
println([first(1), first(9)])  // expect: [one, d]
def after(v) { switch (v) { default: return 'd'; case 1: return 'one' } }
println([after(1), after(9)])  // expect: [one, d]
