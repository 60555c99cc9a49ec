package dev.evenkeel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ChartTest {

    private static Document parsed(Report report) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Chart.of(report))));
    }

    private static List<Element> elements(Document svg, String tag, String kind) {
        NodeList all = svg.getElementsByTagName(tag);
        return IntStream.range(0, all.getLength())
                .mapToObj(index -> (Element) all.item(index))
                .filter(element -> element.getAttribute("class").contains(kind))
                .toList();
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    @Test
    void hasABarForEachRatioToTheBaseline() throws Exception {
        Document svg = parsed(Reports.sample());

        assertThat(elements(svg, "rect", "bar")).hasSize(3);
        assertThat(elements(svg, "rect", "subject")).hasSize(2);
        assertThat(elements(svg, "line", "spread")).hasSize(3);
    }

    @Test
    void growsFromTheLineOfTheBaseline() throws Exception {
        Document svg = parsed(Reports.sample());
        double one = number(elements(svg, "line", "one").get(0), "x1");
        Element faster = elements(svg, "rect", "bar").get(0);
        Element slower = elements(svg, "rect", "bar").get(1);

        assertThat(number(faster, "x")).isEqualTo(one);
        assertThat(number(slower, "x") + number(slower, "width")).isCloseTo(one, within(0.11));
        assertThat(number(faster, "width")).isGreaterThan(number(slower, "width"));
    }

    @Test
    void writesNamesOfAnyKind() throws Exception {
        assertThat(parsed(Reports.sample())
                        .getElementsByTagName("title")
                        .item(0)
                        .getTextContent())
                .isEqualTo("Operations per second, plain & <old> = 1");
    }

    @Test
    void staysWithinItsFrame() throws Exception {
        Document svg = parsed(Reports.of(
                Reports.series("select", 1, Reports.BASELINE, 10, 10),
                Reports.series("select", 1, Reports.SUBJECT, 1, 3_000)));
        double width = number(svg.getDocumentElement(), "width");
        Element spread = elements(svg, "line", "spread").get(0);

        assertThat(number(spread, "x1")).isPositive();
        assertThat(number(spread, "x2")).isLessThan(width);
    }

    @Test
    void leavesOutWhatHasNoRatio() throws Exception {
        Series broken = new Series("select", 10, Reports.SUBJECT, List.of(Sample.failed("it broke")));

        Document svg = parsed(Reports.of(Reports.series("select", 10, Reports.BASELINE, 9), broken));

        assertThat(elements(svg, "rect", "bar")).isEmpty();
    }
}
