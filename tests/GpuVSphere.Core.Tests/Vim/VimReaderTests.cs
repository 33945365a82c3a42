using System;
using System.Collections.Generic;
using System.Linq;
using System.IO;
using System.Text;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class VimReaderTests
{
    private const string Xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";

    [Fact]
    public void Children_are_walked_and_what_is_not_read_is_skipped()
    {
        VimReader reader = Open("<r><a>1</a><unknown><deep><deeper>x</deeper></deep></unknown><empty/><emptied></emptied><b>two</b></r>");
        List<string> seen = [];
        while (reader.NextChild())
        {
            seen.Add(reader.Name switch
            {
                "a" => "a=" + reader.Int32(),
                "b" => "b=" + reader.String(),
                _ => reader.Name,
            });
        }

        Assert.Equal(["a=1", "unknown", "empty", "emptied", "b=two"], seen);
        Assert.False(reader.NextChild());
    }

    [Fact]
    public void A_nested_object_may_be_left_half_way()
    {
        VimReader reader = Open("<r><o><x>1</x><y><z>2</z></y><x>3</x></o><o/><o><x>4</x></o><last>5</last></r>");
        List<int> first = [];
        int last = 0;
        while (reader.NextChild())
        {
            if (reader.Name == "last")
            {
                last = reader.Int32();
                continue;
            }

            VimReader nested = reader.Object();
            if (nested.NextChild())
            {
                first.Add(nested.Int32());
            }
        }

        Assert.Equal([1, 4], first);
        Assert.Equal(5, last);
    }

    [Fact]
    public void Leaving_inside_a_nested_child_that_was_not_read_is_fine_too()
    {
        VimReader reader = Open("<r><o><p><q>1</q><q>2</q></p><x/></o><end>9</end></r>");
        Assert.True(reader.NextChild());
        VimReader o = reader.Object();
        Assert.True(o.NextChild());
        VimReader p = o.Object();
        Assert.True(p.NextChild());
        Assert.True(reader.NextChild());
        Assert.Equal("end", reader.Name);
        Assert.Equal(9, reader.Int32());
    }

    [Theory]
    [InlineData("-81", 0xAF)]
    [InlineData("175", 0xAF)]
    [InlineData("59", 0x3B)]
    [InlineData("-128", 0x80)]
    public void A_byte_is_read_signed_and_unsigned(string text, int expected) => Assert.Equal(expected, Value(text).Byte());

    [Theory]
    [InlineData("-32634", 0x8086)]
    [InlineData("32902", 0x8086)]
    [InlineData("4318", 0x10DE)]
    [InlineData("-1", 0xFFFF)]
    public void A_short_is_read_signed_and_unsigned(string text, int expected) => Assert.Equal(expected, Value(text).UInt16());

    [Theory]
    [InlineData("256")]
    [InlineData("-129")]
    [InlineData("")]
    [InlineData("0x3b")]
    [InlineData("1.5")]
    public void What_is_no_byte_is_malformed(string text)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => Value(text).Byte());
        Assert.Equal("MalformedReply", error.Id);
        Assert.Contains("element v", error.Message);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData(" 0 ", false)]
    public void Booleans_have_four_spellings(string text, bool expected) => Assert.Equal(expected, Value(text).Boolean());

    [Theory]
    [InlineData("2026-03-01T10:20:30.5Z")]
    [InlineData("2026-03-01T12:20:30.500+02:00")]
    [InlineData("2026-03-01T10:20:30.500")]
    public void Dates_end_up_in_utc(string text) =>
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 10, 20, 30, 500, TimeSpan.Zero), Value(text).DateTime());

    [Fact]
    public void Types_lose_their_prefix_and_references_keep_their_type()
    {
        VimReader reader = Open($"<r {Xsi}><a xsi:type=\"xsd:string\">x</a><b xsi:type=\"ArrayOfHostPciDevice\"/><c type=\"HostSystem\" xsi:type=\"ManagedObjectReference\">host-1</c><d/></r>");
        List<string?> types = [];
        ManagedObjectReference reference = default;
        while (reader.NextChild())
        {
            types.Add(reader.XsiType);
            if (reader.Name == "c")
            {
                reference = reader.Reference();
            }
        }

        Assert.Equal(["string", "ArrayOfHostPciDevice", "ManagedObjectReference", null], types);
        Assert.Equal(new ManagedObjectReference("HostSystem", "host-1"), reference);
    }

    [Fact]
    public void The_type_is_found_under_any_prefix()
    {
        // Go's encoder declares the namespace on each element, under a name of its own.
        VimReader reader = Open("<r><val xmlns:XMLSchema-instance=\"http://www.w3.org/2001/XMLSchema-instance\" XMLSchema-instance:type=\"HostSriovInfo\">x</val></r>");
        Assert.True(reader.NextChild());
        Assert.Equal("HostSriovInfo", reader.XsiType);
        Assert.Equal("x", reader.String());
    }

    [Fact]
    public void Text_keeps_entities_cdata_and_spaces()
    {
        VimReader reader = Open("<r><a>a &amp; b &lt;c&gt; &#233;&#x1F600;</a><b><![CDATA[<raw> & ]]>tail</b><c>  two  </c><d>x<!-- no -->y</d></r>");
        List<string> texts = [];
        while (reader.NextChild())
        {
            texts.Add(reader.String());
        }

        Assert.Equal(["a & b <c> é😀", "<raw> & tail", "  two  ", "xy"], texts);
    }

    [Fact]
    public void A_value_can_be_kept_as_a_tree()
    {
        VimReader reader = Open($"<r {Xsi}><t xsi:type=\"NoPermission\"><object type=\"Folder\">group-d1</object><p>a</p><p>b</p></t><after>1</after></r>");
        Assert.True(reader.NextChild());
        VimElement tree = reader.Element();
        Assert.Equal("NoPermission", tree.XsiType);
        Assert.Equal(new ManagedObjectReference("Folder", "group-d1"), tree["object"]!.Reference);
        Assert.Equal(["a", "b"], tree.All("p").Select(p => p.Text));
        Assert.Null(tree["absent"]);
        Assert.True(reader.NextChild());
        Assert.Equal("after", reader.Name);
    }

    [Fact]
    public void Arrays_of_strings_and_references_are_read_whatever_their_children_are_called()
    {
        VimReader reader = Open("<r><a><string>x</string><string/></a><b><ManagedObjectReference type=\"VirtualMachine\">vm-1</ManagedObjectReference></b></r>");
        Assert.True(reader.NextChild());
        Assert.Equal(["x", string.Empty], reader.Strings());
        Assert.True(reader.NextChild());
        Assert.Equal([new ManagedObjectReference("VirtualMachine", "vm-1")], reader.References());
    }

    [Fact]
    public void A_value_is_read_once()
    {
        VimReader reader = Open("<r><a>1</a></r>");
        Assert.True(reader.NextChild());
        reader.Int32();
        Assert.Throws<InvalidOperationException>(() => reader.Int32());
    }

    [Fact]
    public void A_document_type_is_refused()
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(
            () => Open("<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><r><a>&e;</a></r>").NextChild());
        Assert.Equal("MalformedReply", error.Id);
    }

    private static VimReader Value(string text)
    {
        VimReader reader = Open("<r><v>" + text + "</v></r>");
        Assert.True(reader.NextChild());
        return reader;
    }

    private static VimReader Open(string xml) => VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(xml)));
}
