import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.IFormElement;
import org.javarosa.core.model.ItemsetBinding;
import org.javarosa.core.model.QuestionDef;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.condition.IFunctionHandler;
import org.javarosa.core.model.instance.DataInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.reference.PrefixedRootFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;
import org.javarosa.xform.util.XFormAnswerDataSerializer;
import org.javarosa.xform.util.XFormUtils;
import org.javarosa.xpath.XPathConditional;
import org.javarosa.xpath.XPathNodeset;
import org.javarosa.xpath.XPathParseTool;
import org.javarosa.xpath.expr.XPathFuncExpr;

/**
 * Asks JavaRosa, the engine inside ODK Collect, what it makes of an interview.
 *
 * One JSON object a line comes in, one goes out:
 *
 *   {"do": "load", "form": "/path/form.xml", "media": "/path/of/folder"}  a form
 *   {"do": "fill", "instance": "<data>…</data>"}       opens a saved interview, as Collect does when
 *                                                      it is edited: every calculate runs again
 *   {"do": "nodes"}                                    what is true of every node of the interview
 *   {"do": "evaluate", "cases": [{"expr": "…", "context": "/data/person[2]/age"}]}
 *
 * What JavaRosa throws is answered as {"error": "…"}; nothing ends the process but the end of its
 * input. The time zone is the machine's: start Java with -Duser.timezone=Asia/Ho_Chi_Minh.
 */
public class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final XFormAnswerDataSerializer SPELLING = new XFormAnswerDataSerializer();

    private FormDef form;
    private TreeElement blank;
    private final Map<TreeReference, QuestionDef> questions = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err); // JavaRosa prints what it thinks.
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        Oracle oracle = new Oracle();
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(oracle.answer(JSON.readTree(line))));
        }
    }

    private Map<String, Object> answer(JsonNode asked) {
        try {
            switch (asked.get("do").asText()) {
                case "load":
                    load(Path.of(asked.get("form").asText()), Path.of(asked.get("media").asText()));
                    return Map.of();
                case "fill":
                    fill(asked.get("instance").asText());
                    return Map.of();
                case "nodes":
                    return Map.of("nodes", nodes());
                default:
                    return Map.of("values", evaluated(asked.get("cases")));
            }
        } catch (Exception | Error fault) {
            return Map.of("error", sentence(fault));
        }
    }

    private static String sentence(Throwable fault) {
        return fault.getClass().getSimpleName() + ": " + fault.getMessage();
    }

    private void load(Path path, Path media) throws Exception {
        ReferenceManager.instance().reset();
        for (String kind : List.of("file", "file-csv")) {
            ReferenceManager.instance().addReferenceFactory(new Folder(kind, media));
        }
        form = XFormUtils.getFormFromFormXml(path.toString(), null);
        form.getEvaluationContext().addFunctionHandler(new Pulldata());
        blank = form.getMainInstance().getRoot().deepCopy(true);
        questions.clear();
        find(form);
    }

    private void find(IFormElement element) {
        if (element instanceof QuestionDef) {
            questions.put((TreeReference) element.getBind().getReference(), (QuestionDef) element);
        } else {
            element.getChildren().forEach(this::find);
        }
    }

    /** The order matters: first all answers, then everything that depends on them. */
    private void fill(String instance) {
        byte[] bytes = instance.getBytes(StandardCharsets.UTF_8);
        TreeElement saved = XFormParser.restoreDataModel(bytes, null).getRoot();
        TreeElement root = blank.deepCopy(true);
        root.populate(saved, form);
        form.getMainInstance().setRoot(root);
        form.initialize(false, new InstanceInitializationFactory());
    }

    private List<Object> nodes() {
        List<Object> found = new ArrayList<>();
        collect(form.getMainInstance().getRoot(), "", found);
        return found;
    }

    private void collect(TreeElement element, String path, List<Object> found) {
        for (int i = 0; i < element.getNumChildren(); i++) {
            TreeElement child = element.getChildAt(i);
            if (child.getMult() == TreeReference.INDEX_TEMPLATE) {
                continue;
            }
            String index = child.isRepeatable() ? "[" + (child.getMult() + 1) + "]" : "";
            String place = (path.isEmpty() ? "" : path + "/") + child.getName() + index;
            found.add(told(child, place));
            collect(child, place, found);
        }
    }

    /** A node is relevant here only if all above it are: what stands above is asked by itself. */
    private Map<String, Object> told(TreeElement node, String place) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("path", place);
        told.put("relevant", node.isRelevant());
        told.put("leaf", node.isLeaf());
        if (node.isLeaf()) {
            told.put("value", node.getValue() == null ? "" : spelled(node));
            told.put("required", node.isRequired());
            told.put("constraint", constraint(node));
            told.put("offered", node.isRelevant() ? offered(node) : null);
        }
        return told;
    }

    private static String spelled(TreeElement node) {
        return String.valueOf(SPELLING.serializeAnswerData(node.getValue(), node.getDataType()));
    }

    private Object constraint(TreeElement node) {
        try {
            return form.evaluateConstraint(node.getRef(), node.getValue());
        } catch (RuntimeException fault) {
            return sentence(fault);
        }
    }

    /** As ItemsetBinding.getChoices, which also takes answers away that are no longer offered. */
    private Object offered(TreeElement node) {
        QuestionDef question = questions.get(node.getRef().genericize());
        if (question == null) {
            return null;
        }
        ItemsetBinding itemset = question.getDynamicChoices();
        try {
            return itemset == null ? fixed(question) : chosen(itemset, node.getRef());
        } catch (RuntimeException fault) {
            return sentence(fault);
        }
    }

    private static List<String> fixed(QuestionDef question) {
        if (question.getChoices() == null) {
            return null;
        }
        List<String> codes = new ArrayList<>();
        for (SelectChoice choice : question.getChoices()) {
            codes.add(choice.getValue());
        }
        return codes;
    }

    private List<String> chosen(ItemsetBinding itemset, TreeReference question) {
        EvaluationContext world = form.getEvaluationContext();
        String list = itemset.nodesetRef.getInstanceName();
        DataInstance rows = list == null ? form.getMainInstance() : form.getNonMainInstance(list);
        List<String> codes = new ArrayList<>();
        EvaluationContext here =
            new EvaluationContext(world, itemset.contextRef.contextualize(question));
        for (TreeReference row : itemset.nodesetExpr.evalNodeset(form.getMainInstance(), here)) {
            codes.add(itemset.valueExpr.evalReadable(rows, new EvaluationContext(world, row)));
        }
        return codes;
    }

    private List<Object> evaluated(JsonNode cases) {
        List<Object> values = new ArrayList<>();
        for (JsonNode each : cases) {
            values.add(evaluated(each.get("expr").asText(), each.get("context").asText()));
        }
        return values;
    }

    private Map<String, Object> evaluated(String expression, String place) {
        try {
            EvaluationContext here =
                new EvaluationContext(form.getEvaluationContext(), referenceTo(place));
            Object value =
                XPathFuncExpr.unpack(XPathParseTool.parseXPath(expression)
                    .eval(form.getMainInstance(), here));
            return Map.of("value", XPathFuncExpr.toString(value), "kind", kind(value));
        } catch (Exception | Error fault) {
            return Map.of("error", sentence(fault));
        }
    }

    private static String kind(Object value) {
        return value.getClass().getSimpleName();
    }

    /** "/data/person[2]/age"; a step without an index is the first. */
    private static TreeReference referenceTo(String place) {
        TreeReference reference = TreeReference.rootRef();
        for (String step : place.substring(1).split("/")) {
            String[] parts = step.split("[\\[\\]]");
            int index = parts.length > 1 ? Integer.parseInt(parts[1]) - 1 : 0;
            reference.add(parts[0], index);
        }
        return reference;
    }

    /** pulldata() belongs to Collect; it reads the first row whose column has the key. */
    private class Pulldata implements IFunctionHandler {
        @Override
        public String getName() {
            return "pulldata";
        }

        @Override
        public List<Class[]> getPrototypes() {
            return new ArrayList<>();
        }

        @Override
        public boolean rawArgs() {
            return true;
        }

        @Override
        public boolean realTime() {
            return false;
        }

        @Override
        public Object eval(Object[] given, EvaluationContext here) {
            String[] texts = new String[given.length];
            for (int i = 0; i < given.length; i++) {
                texts[i] = XPathFuncExpr.toString(given[i]);
            }
            String rows = "instance('" + texts[0] + "')/root/item";
            String quote = texts[3].contains("'") ? "\"" : "'";
            String row = rows + "[" + texts[2] + " = " + quote + texts[3] + quote + "]/" + texts[1];
            try {
                XPathNodeset found =
                    (XPathNodeset) XPathParseTool.parseXPath(row).eval(form.getMainInstance(), here);
                return found.size() == 0 ? "" : found.getValAt(0);
            } catch (Exception fault) {
                throw new IllegalStateException(fault);
            }
        }
    }

    /** jr://file/… and jr://file-csv/… are files of one folder. */
    private static class Folder extends PrefixedRootFactory {
        private final Path media;

        Folder(String kind, Path media) {
            super(new String[] {kind + "/"});
            this.media = media;
        }

        @Override
        protected Reference factory(String terminal, String uri) {
            return new MediaFile(media.resolve(terminal), uri);
        }
    }

    private static class MediaFile implements Reference {
        private final Path path;
        private final String uri;

        MediaFile(Path path, String uri) {
            this.path = path;
            this.uri = uri;
        }

        @Override
        public boolean doesBinaryExist() {
            return Files.exists(path);
        }

        @Override
        public InputStream getStream() throws java.io.IOException {
            return Files.newInputStream(path);
        }

        @Override
        public String getURI() {
            return uri;
        }

        @Override
        public String getLocalURI() {
            return path.toString();
        }

        @Override
        public boolean isReadOnly() {
            return true;
        }

        @Override
        public OutputStream getOutputStream() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void remove() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Reference[] probeAlternativeReferences() {
            return new Reference[0];
        }
    }
}
