package dev.keraunos.importer.internal.bytecode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The stack machine of Python with terms on its stack: it goes once through the instructions of a
 * function and computes nothing.
 */
final class Machine {
  /** What Python puts below functions that are no methods. */
  private static final Term NULL = new Term.Global("NULL");

  private static final Term NONE = new Term.Constant(JsonNodeFactory.instance.nullNode());

  private static final String CAUGHT = "an exception that is caught";

  private static final int MAX_DEPTH = 100;
  private static final int MAX_SIZE = 2_000;
  private static final int MAX_TEXT = 200;

  /** Generators and coroutines. */
  private static final int SUSPENDS = 0x20 | 0x80 | 0x100 | 0x200;

  private static final int INTRINSIC_LIST_TO_TUPLE = 6;

  private static final Map<String, String> SIGNS =
      Map.ofEntries(
          Map.entry("ADD", "+"),
          Map.entry("SUBTRACT", "-"),
          Map.entry("MULTIPLY", "*"),
          Map.entry("TRUE_DIVIDE", "/"),
          Map.entry("FLOOR_DIVIDE", "//"),
          Map.entry("MODULO", "%"),
          Map.entry("POWER", "**"),
          Map.entry("MATRIX_MULTIPLY", "@"),
          Map.entry("AND", "&"),
          Map.entry("OR", "|"),
          Map.entry("XOR", "^"),
          Map.entry("LSHIFT", "<<"),
          Map.entry("RSHIFT", ">>"));

  /** By the argument of {@code BINARY_OP}, modulo their number for those that assign. */
  private static final List<String> NUMBERED_SIGNS =
      List.of("+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^");

  private static final List<String> COMPARISONS = List.of("<", "<=", "==", "!=", ">", ">=");

  private record Extent(int size, int depth) {}

  private final CodeObject code;
  private final PythonVersion version;
  private final List<Term> stack = new ArrayList<>();
  private final Map<String, Term> variables = new HashMap<>();
  private final List<Term.Local> locals = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private final IdentityHashMap<Term, Extent> extents = new IdentityHashMap<>();
  private final Map<Integer, Term> constants = new HashMap<>();
  private List<String> keywords = List.of();
  private int size;
  private int read;

  Machine(CodeObject code, PythonVersion version) {
    this.code = code;
    this.version = version;
  }

  /**
   * The function.
   *
   * @throws UndecodableException naming the first thing that is no straight expression
   */
  PythonFunction run() {
    if (code.parameters() > code.locals().size()) {
      throw new UndecodableException("it has more parameters than variables");
    }
    List<Instruction> instructions = Opcodes.instructions(code.code(), version);
    if ((code.flags() & SUSPENDS) != 0) {
      throw blocked("a generator");
    }
    List<String> parameters = code.locals().subList(0, code.parameters());
    parameters.forEach(name -> variables.put(name, new Term.Parameter(name)));
    taken.addAll(parameters);
    Term result = null;
    for (Instruction instruction : instructions) {
      if (result != null) {
        throw blocked(code.catches() ? CAUGHT : "an instruction behind its return");
      }
      result = step(instruction);
      read++;
    }
    if (result == null || !stack.isEmpty()) {
      throw new UndecodableException("it does not end with one result");
    }
    if (code.catches()) {
      throw blocked(CAUGHT);
    }
    return new PythonFunction(
        code.name(), parameters, code.keywordOnly(), code.free(), locals, result);
  }

  /** Does one instruction; what it returns, or null. */
  private Term step(Instruction instruction) {
    int argument = instruction.argument();
    switch (instruction.name()) {
      case "RETURN_VALUE":
        return pop();
      case "RETURN_CONST":
        return constant(argument);
      case "NOP", "RESUME", "PRECALL", "COPY_FREE_VARS":
        return null;
      default:
        boolean known =
            loads(instruction.name(), argument)
                || moves(instruction.name(), argument)
                || computes(instruction.name(), argument)
                || builds(instruction.name(), argument)
                || calls(instruction.name(), argument);
        if (!known) {
          throw blocked(Obstacles.of(instruction.name()) + " (" + instruction.name() + ")");
        }
        return null;
    }
  }

  private UndecodableException blocked(String what) {
    StringBuilder sofar = new StringBuilder();
    for (Term.Local local : locals) {
      sofar.append(local.name()).append(" = ").append(TermText.of(local.value())).append("; ");
    }
    if (!stack.isEmpty() && peek(1) != NULL) {
      sofar.append(TermText.of(peek(1)));
    }
    String text = sofar.toString().replaceFirst("; $", "");
    String far = text.isEmpty() ? "" : "it is decoded as far as `" + text + "`, then comes ";
    return new UndecodableException(far + what, read);
  }

  // ---- The stack -------------------------------------------------------------------------------

  private void push(Term term) {
    if (stack.size() >= code.stackSize()) {
      throw new UndecodableException("its stack is too small");
    }
    stack.add(bounded(term));
  }

  private Term bounded(Term term) {
    if (extents.containsKey(term)) {
      return term;
    }
    int size = 1;
    int depth = 0;
    for (Term part : term.parts()) {
      Extent extent = extents.computeIfAbsent(part, leaf -> new Extent(1, 0));
      size += term instanceof Term.Local ? 0 : extent.size();
      depth = Math.max(depth, extent.depth());
    }
    if (size > MAX_SIZE || depth >= MAX_DEPTH) {
      throw new UndecodableException("it is larger than an expression may be", read);
    }
    extents.put(term, new Extent(size, depth + 1));
    return term;
  }

  private Term pop() {
    Term top = peek(1);
    stack.remove(stack.size() - 1);
    return top;
  }

  /** The term so far from the top, from 1 on. */
  private Term peek(int back) {
    if (back < 1 || back > stack.size()) {
      throw new UndecodableException("its stack is empty");
    }
    return stack.get(stack.size() - back);
  }

  private List<Term> pop(int count) {
    if (count > stack.size()) {
      throw new UndecodableException("its stack is empty");
    }
    List<Term> top = stack.subList(stack.size() - count, stack.size());
    List<Term> popped = List.copyOf(top);
    top.clear();
    return popped;
  }

  private boolean moves(String name, int argument) {
    switch (name) {
      case "DUP_TOP" -> push(peek(1));
      case "COPY" -> push(peek(argument));
      case "ROT_TWO" -> rotate(2);
      case "ROT_THREE" -> rotate(3);
      case "ROT_FOUR" -> rotate(4);
      case "ROT_N" -> rotate(argument);
      case "SWAP" -> {
        peek(argument);
        Collections.swap(stack, stack.size() - 1, stack.size() - argument);
      }
      case "POP_TOP" -> {
        if (!(pop() instanceof Term.Constant)) {
          throw blocked("a statement without a result");
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Puts the top below so many others. */
  private void rotate(int count) {
    peek(count);
    Collections.rotate(stack.subList(stack.size() - count, stack.size()), 1);
  }

  // ---- Variables and constants -----------------------------------------------------------------

  private boolean loads(String name, int argument) {
    switch (name) {
      case "LOAD_CONST" -> push(constant(argument));
      case "LOAD_FAST", "LOAD_FAST_CHECK" -> push(variable(argument));
      case "LOAD_FAST_LOAD_FAST" -> {
        push(variable(argument >> 4));
        push(variable(argument & 15));
      }
      case "STORE_FAST" -> store(argument);
      case "STORE_FAST_LOAD_FAST" -> {
        store(argument >> 4);
        push(variable(argument & 15));
      }
      case "STORE_FAST_STORE_FAST" -> {
        store(argument >> 4);
        store(argument & 15);
      }
      case "LOAD_DEREF" -> deref(argument);
      case "LOAD_GLOBAL" -> {
        boolean marked = version.hasLocalsPlus();
        Term global = new Term.Global(name(code.names(), marked ? argument >> 1 : argument));
        function(global, marked && (argument & 1) != 0);
      }
      case "LOAD_ATTR" -> {
        boolean marked = version.isFrom(PythonVersion.V3_12);
        String attribute = name(code.names(), marked ? argument >> 1 : argument);
        function(new Term.Attribute(pop(), attribute), marked && (argument & 1) != 0);
      }
      case "LOAD_METHOD" -> function(new Term.Attribute(pop(), name(code.names(), argument)), true);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A value, perhaps one that is called; the mark of such lies below it until Python 3.12. */
  private void function(Term term, boolean marked) {
    boolean above = version.isFrom(PythonVersion.V3_13);
    if (marked && !above) {
      push(NULL);
    }
    push(term);
    if (marked && above) {
      push(NULL);
    }
  }

  private String name(List<String> names, int index) {
    if (index >= names.size() || names.get(index).length() > MAX_TEXT) {
      throw new UndecodableException("it names what is not there");
    }
    return names.get(index);
  }

  private Term constant(int index) {
    if (index >= code.constants().size()) {
      throw new UndecodableException("it names a constant that is not there");
    }
    Term constant = constants.get(index);
    if (constant == null) {
      constant = constant(code.constants().get(index));
      constants.put(index, constant);
    }
    return constant;
  }

  private Term constant(Object value) {
    if (value instanceof JsonNode json) {
      if (json.isTextual() && json.asText().length() > MAX_TEXT) {
        throw blocked("a text of " + json.asText().length() + " characters");
      }
      return new Term.Constant(json);
    } else if (value instanceof List<?> items) {
      return bounded(
          new Term.Sequence(items.stream().map(this::constant).map(this::bounded).toList(), true));
    } else if (value == Marshal.ELLIPSIS) {
      return new Term.Ellipsis();
    } else if (value instanceof CodeObject) {
      throw blocked("an inner function");
    }
    throw blocked(value instanceof Marshal.Opaque opaque ? opaque.kind() : "a byte string");
  }

  private Term variable(int index) {
    String name = name(code.locals(), index);
    Term value = variables.get(name);
    if (value == null) {
      throw blocked("the variable '" + name + "', which has no value");
    }
    return value;
  }

  private void store(int index) {
    String name = name(code.locals(), index);
    Term value = pop();
    if (value == NULL) {
      throw blocked("a variable without a value");
    }
    String own = name;
    for (int i = 2; !taken.add(own); i++) {
      own = name + "_" + i;
    }
    Term.Local local = new Term.Local(own, value);
    bounded(local);
    size += extents.get(value).size();
    if (size > MAX_SIZE) {
      throw new UndecodableException("it is larger than an expression may be", read);
    }
    locals.add(local);
    variables.put(name, local);
  }

  private void deref(int index) {
    String name = name(code.derefs(), index);
    if (!code.free().contains(name)) {
      throw blocked("the variable '" + name + "', which an inner function shares");
    }
    push(new Term.Free(name));
  }

  // ---- Arithmetic and indices ------------------------------------------------------------------

  private boolean computes(String name, int argument) {
    String sign = SIGNS.get(name.replaceFirst("BINARY_|INPLACE_", ""));
    if (sign != null) {
      binary(sign);
      return true;
    }
    switch (name) {
      case "BINARY_OP" -> binary(NUMBERED_SIGNS.get(argument % NUMBERED_SIGNS.size()));
      case "COMPARE_OP" -> {
        int kind = argument;
        if (version.isFrom(PythonVersion.V3_12)) {
          kind = version.isFrom(PythonVersion.V3_13) ? argument >> 5 : argument >> 4;
        }
        if (kind >= COMPARISONS.size()) {
          throw blocked("'in' or 'is'");
        }
        binary(COMPARISONS.get(kind));
      }
      case "UNARY_NEGATIVE" -> push(new Term.Unary("-", operand()));
      case "UNARY_INVERT" -> push(new Term.Unary("~", operand()));
      case "BINARY_SUBSCR" -> {
        Term key = operand();
        push(new Term.Index(operand(), key));
      }
      case "BINARY_SLICE" -> {
        List<Term> bounds = operands(2);
        push(
            new Term.Index(operand(), bounded(new Term.Slice(bounds.get(0), bounds.get(1), NONE))));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void binary(String sign) {
    List<Term> operands = operands(2);
    push(new Term.Binary(sign, operands.get(0), operands.get(1)));
  }

  private Term operand() {
    return operands(1).get(0);
  }

  /** Values, none of which is the mark of a call. */
  private List<Term> operands(int count) {
    List<Term> operands = pop(count);
    if (operands.stream().anyMatch(term -> term == NULL)) {
      throw new UndecodableException("its stack is in disorder");
    }
    return operands;
  }

  private boolean builds(String name, int argument) {
    switch (name) {
      case "BUILD_TUPLE" -> push(new Term.Sequence(operands(argument), true));
      case "BUILD_LIST" -> push(new Term.Sequence(operands(argument), false));
      case "BUILD_SLICE" -> {
        List<Term> bounds = operands(argument == 3 ? 3 : 2);
        push(new Term.Slice(bounds.get(0), bounds.get(1), argument == 3 ? bounds.get(2) : NONE));
      }
      case "LIST_EXTEND" -> {
        Term more = operand();
        Term list = operand();
        boolean plain = list instanceof Term.Sequence && more instanceof Term.Sequence;
        if (argument != 1 || !plain) {
          throw blocked("a list with *");
        }
        List<Term> items = new ArrayList<>(((Term.Sequence) list).items());
        items.addAll(((Term.Sequence) more).items());
        push(new Term.Sequence(items, false));
      }
      case "LIST_TO_TUPLE" -> tuple();
      case "CALL_INTRINSIC_1" -> {
        if (argument != INTRINSIC_LIST_TO_TUPLE) {
          return false;
        }
        tuple();
      }
      case "UNPACK_SEQUENCE" -> {
        Term sequence = operand();
        for (int i = argument - 1; i >= 0; i--) {
          push(new Term.Part(sequence, i, argument));
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void tuple() {
    if (!(operand() instanceof Term.Sequence list)) {
      throw blocked("a tuple with *");
    }
    push(new Term.Sequence(list.items(), true));
  }

  // ---- Calls -----------------------------------------------------------------------------------

  private boolean calls(String name, int argument) {
    switch (name) {
      case "PUSH_NULL" -> push(NULL);
      case "KW_NAMES" -> keywords = texts(constant(argument));
      case "CALL_FUNCTION" -> {
        List<Term> arguments = operands(argument);
        push(call(operand(), arguments, List.of()));
      }
      case "CALL_FUNCTION_KW" -> {
        List<String> names = texts(pop());
        List<Term> arguments = operands(argument);
        push(call(operand(), arguments, names));
      }
      case "CALL_METHOD" -> push(marked(argument, List.of()));
      case "CALL" -> {
        Term call = marked(argument, keywords);
        keywords = List.of();
        push(call);
      }
      case "CALL_KW" -> {
        List<String> names = texts(pop());
        push(marked(argument, names));
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A call of a function with its mark. */
  private Term marked(int count, List<String> names) {
    List<Term> arguments = operands(count);
    List<Term> pair = pop(2);
    Term function = pair.get(version.isFrom(PythonVersion.V3_13) ? 0 : 1);
    Term mark = pair.get(version.isFrom(PythonVersion.V3_13) ? 1 : 0);
    if (mark != NULL || function == NULL) {
      throw new UndecodableException("its stack is in disorder");
    }
    return call(function, arguments, names);
  }

  private Term call(Term function, List<Term> arguments, List<String> names) {
    int positional = arguments.size() - names.size();
    if (positional < 0) {
      throw new UndecodableException("its call has more names than arguments");
    }
    Map<String, Term> keywords = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      keywords.put(names.get(i), arguments.get(positional + i));
    }
    if (keywords.size() != names.size()) {
      throw new UndecodableException("its call names an argument twice");
    }
    return new Term.Call(function, arguments.subList(0, positional), keywords);
  }

  private List<String> texts(Term names) {
    List<String> texts = new ArrayList<>();
    if (names instanceof Term.Sequence sequence) {
      for (Term item : sequence.items()) {
        if (item instanceof Term.Constant constant && constant.value().isTextual()) {
          texts.add(constant.value().asText());
        }
      }
      if (texts.size() == sequence.items().size()) {
        return texts;
      }
    }
    throw new UndecodableException("its call has no names");
  }
}
