using System.Collections.Generic;
using System.Text;
using System.Xml;

namespace GpuVSphere.Simulator.EsxShell;

/// <summary>One line of <c>nvidia-smi -q</c>, or a headline with the lines below it; and the same in its XML form.</summary>
/// <param name="Label">In the text; null where only the XML has it.</param>
/// <param name="Element">In the XML; null where only the text has it.</param>
/// <param name="Value">The value; null for a headline.</param>
/// <param name="Children">What stands below it.</param>
internal sealed record SmiNode(string? Label, string? Element, string? Value, IReadOnlyList<SmiNode> Children)
{
    /// <summary>The column of the colons (samples/ahv-nvidia-smi-q-a16-hostvgpu-sriov-470.txt).</summary>
    private const int ColonColumn = 42;

    /// <summary>What <c>-d</c> calls the part, such as <c>ECC</c>; null for what is in no part.</summary>
    public string? Section { get; init; }

    public static SmiNode Line(string? label, string? element, string value) => new(label, element, value, []);

    public static SmiNode Group(string? label, string? element, params SmiNode[] children) => new(label, element, null, children);

    public void Print(StringBuilder text, int indent)
    {
        if (Label is null)
        {
            return;
        }

        string line = new string(' ', indent) + Label;
        text.Append(Value is null ? line : line.PadRight(ColonColumn) + ": " + Value).Append('\n');
        foreach (SmiNode child in Children)
        {
            child.Print(text, indent + 4);
        }
    }

    public void Write(XmlWriter xml)
    {
        if (Element is null)
        {
            return;
        }

        xml.WriteStartElement(Element);
        if (Value is not null)
        {
            xml.WriteString(Value);
        }

        foreach (SmiNode child in Children)
        {
            child.Write(xml);
        }

        xml.WriteEndElement();
    }
}
