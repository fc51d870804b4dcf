// Fields, properties, methods, and what `this` is.
class Point implements Serializable {
  int x
  int y = 2
  private String label = "p"
  static int made = 0
  static final String UNIT = 'px'

  Point() {}
  Point(int x, int y) {
    this.x = x
    this.y = y
    made++
  }
  int sum() { x + y }
  Point moved(int dx, int dy = 0) { return new Point(x + dx, y + dy) }
  def label() { label }
  String toString() { "($x, $y)" }
  static Point origin() { new Point(0, 0) }
  static String unit() { return "unit " + UNIT }
  boolean equals(Object other) { other instanceof Point && other.x == x && other.y == y }
  int hashCode() { 31 * x + y }
}

def p = new Point(3, 4)
println p                          // expect: (3, 4)
println p.sum()                    // expect: 7
println p.x + p.y                  // expect: 7
println p.getX()                   // expect: 3
p.x = 10
p.setY(20)
println "$p ${p.x}"                // expect: (10, 20) 10
println p.moved(1)                 // expect: (11, 20)
println p.moved(1, 2)              // expect: (11, 22)
println p.label()                  // expect: p
println p.label                    // expect: p
println Point.UNIT                 // expect: px
println Point.unit()               // expect: unit px
println Point.origin()             // expect: (0, 0)
println Point.made                 // expect: 4
println new Point().y              // expect: 2
println new Point().x              // expect: 0
println new Point(1, 2) == new Point(1, 2)    // expect: true
println new Point(1, 2) != new Point(1, 3)    // expect: true
println new Point(1, 2).is(new Point(1, 2))   // expect: false
println p.class.name               // expect: Point
println p.getClass().simpleName    // expect: Point
println p instanceof Point         // expect: true
println p instanceof Serializable  // expect: true
println p instanceof Map           // expect: false
println new Point(x: 5)            // expect: (5, 2)
println new Point(x: 5, y: 6)      // expect: (5, 6)
Point q = [7, 8]
println q                          // expect: (7, 8)
Point r = [x: 1]
println r                          // expect: (1, 2)
println p['x']                     // expect: 10
p['x'] = 1
println p."x"                      // expect: 1
def name = 'y'
println p."$name"                  // expect: 20
println p."moved"(1)               // expect: (2, 20)
p.x++
p.y += 5
println p                          // expect: (2, 25)
println([p, q]*.x)                 // expect: [2, 7]
println([p, q].x)                  // expect: [2, 7]
println([p, q]*.sum())             // expect: [27, 15]
println([q, p].collect { it.x }.sort())                // expect: [2, 7]
println p.with { x + y }           // expect: 27
println p.with { x = 2; sum() }    // expect: 27
def m = p.&moved
println m(1)                       // expect: (3, 25)

class Plain { def a; def b = [1, 2]; String c = "x${1 + 1}" }
def plain = new Plain(a: 'A')
println plain.a + plain.b + plain.c                    // expect: A[1, 2]x2
println new Plain().a              // expect: null
plain.b << 3
println plain.b                    // expect: [1, 2, 3]
println new Plain().b              // expect: [1, 2]
plain.c = 5
println plain.c.class.name         // expect: java.lang.String

class Counter {
  private int n
  void add(by = 1) { n += by }
  int getN() { n * 100 }
  def eachTimes(Closure body) { (0..<n).collect { body(it, n) } }
  def nested() { [1, 2].collect { a -> [3].collect { b -> "$a$b$n${this.n}${helper(a)}" } } }
  private helper(v) { "<$v>" }
}
def counter = new Counter()
counter.add()
counter.add(2)
println counter.n                  // expect: 300
println counter.eachTimes { i, n -> i * n }            // expect: [0, 300, 600]
println counter.nested()           // expect: [[13300300<1>], [23300300<2>]]
println counter.add()              // expect: null
