// Which constructor runs, and in which order a class and its parent begin.
class Base {
  protected String name = 'base'
  List log = []
  Base(String name = 'none') { log << "Base($name)"; this.name = name; hook() }
  void hook() { log << 'Base.hook' }
  String describe() { "Base $name" }
  static String kind() { 'base kind' }
}
class Derived extends Base {
  int size = 7
  Derived() { this('default') ; log << 'Derived()' }
  Derived(String name) { super(name.toUpperCase()); log << "Derived($name, $size)" }
  Derived(int size) { this.size = size; log << "int" }
  Derived(Map options) { super(options.name); log << "map ${options.keySet()}" }
  void hook() { log << "hook $size" }
  String describe() { "Derived of ${super.describe()}" }
}
println new Derived().log          // expect: [Base(DEFAULT), hook 0, Derived(default, 7), Derived()]
println new Derived('x').describe()                    // expect: Derived of Base X
println new Derived(3).log         // expect: [Base(none), hook 0, int]
println new Derived(3).size        // expect: 3
println new Derived(name: 'n', a: 1).log               // expect: [Base(n), hook 0, map [name, a]]
println new Derived('x') instanceof Base               // expect: true
println Derived.kind()             // expect: base kind
println new Base().describe()      // expect: Base none
println new Derived('y').name      // expect: Y

class Job implements Serializable {
  def steps
  String name
  private final List<String> done
  Job(steps, String name, String... extra) {
    this.steps = steps
    this.name = name
    this.done = extra as List
  }
  def run() { steps.call("run $name $done") }
}
new Job({ println it }, 'build').run()                 // expect: run build []
new Job({ println it }, 'build', 'a', 'b').run()       // expect: run build [a, b]

try {
  new Job(1)
} catch (e) {
  println e.message                // expect: Could not find matching constructor for: Job(java.lang.Integer)
}
class Named { String name }
try {
  new Named(nam: 'x')
} catch (MissingPropertyException e) {
  println e.message.readLines()[0] // expect: No such property: nam for class: Named
}
try {
  new Named('x')
} catch (e) {
  println e.message                // expect: Could not find matching constructor for: Named(java.lang.String)
}
class One { def v; One(v) { this.v = v } }
println new One([1, 2]).v          // expect: [1, 2]
println new One(a: 1).v            // expect: [a:1]
class Outer { Named inner = new Named(name: 'i'); List<Named> all = [new Named(name: 'j')] }
println new Outer().inner.name + new Outer().all[0].name                  // expect: ij
println new Outer().all*.name      // expect: [j]
new Outer().with { inner.name = 'k'; println inner.name }                 // expect: k
