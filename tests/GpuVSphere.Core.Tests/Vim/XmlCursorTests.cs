using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using GpuVSphere.Vim;

namespace GpuVSphere.Core.Tests.Vim;

public sealed class XmlCursorTests
{
    private const string Sample =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c > <x> --><s:r xmlns:s=\"urn:x\" a='1 > 0'>\r\n <s:a t=\"x>y\">text &amp; more</s:a ><e/><e a=\"b\" />"
        + "<n><![CDATA[ <not> a tag ]]>&#xE9;</n><deep><d><d><d>1</d></d></d></deep><i>-42</i><u>é😀</u><long>" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" + "</long></s:r>";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void The_size_of_the_pieces_that_arrive_does_not_matter(int piece)
    {
        VimElement root = VimReader.Open(new Trickle(Encoding.UTF8.GetBytes(Sample), piece)).Element();
        Assert.Equal("r", root.Name);
        Assert.Equal(["a", "e", "e", "n", "deep", "i", "u", "long"], root.Children.Select(child => child.Name));
        Assert.Equal("text & more", root["a"]!.Text);
        Assert.Equal(" <not> a tag é", root["n"]!.Text);
        Assert.Equal("é😀", root["u"]!.Text);
        Assert.Equal(64, root["long"]!.Text.Length);
        Assert.Equal("1", root["deep"]!["d"]!["d"]!["d"]!.Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    public void Skipping_ends_where_the_element_ends(int piece)
    {
        VimReader reader = VimReader.Open(new Trickle(Encoding.UTF8.GetBytes(Sample), piece));
        List<string> names = [];
        int number = 0;
        while (reader.NextChild())
        {
            names.Add(reader.Name);
            if (reader.Name == "i")
            {
                number = reader.Int32();
            }
        }

        Assert.Equal(["a", "e", "e", "n", "deep", "i", "u", "long"], names);
        Assert.Equal(-42, number);
    }

    [Fact]
    public void Every_place_to_break_off_is_noticed()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Sample);
        for (int length = 0; length < whole.Length - 1; length++)
        {
            byte[] part = whole.Take(length).ToArray();
            GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => VimReader.Open(new MemoryStream(part)).Element());
            Assert.Equal("MalformedReply", error.Id);
        }
    }

    [Theory]
    [InlineData("<a><b></a></b>")]
    [InlineData("<a></b>")]
    [InlineData("</a>")]
    [InlineData("<a>&unknown;</a>")]
    [InlineData("<a>&#0;</a>")]
    [InlineData("<a>&#xD800;</a>")]
    [InlineData("<a>& b</a>")]
    [InlineData("<a b=\"c</a>")]
    [InlineData("< a></a>")]
    [InlineData("<a <b></b></a>")]
    [InlineData("{\"json\": true}")]
    [InlineData("")]
    [InlineData("<!DOCTYPE a><a/>")]
    public void What_is_not_well_formed_is_refused(string text)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(text))).Element());
        Assert.Equal("MalformedReply", error.Id);
    }

    [Theory]
    [InlineData("<r type=\"Host&#83;ystem\" xsi:type=\"vim25:A&amp;B\"/>", "HostSystem", "A&B")]
    [InlineData("<r xmlns:type=\"urn:x\" type='A'/>", "A", null)]
    [InlineData("<r name=\"type='B'\" xsi:type = 'x:C' />", null, "C")]
    public void Types_are_read_as_xml_has_them(string text, string? type, string? xsiType)
    {
        VimElement element = VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(text))).Element();
        Assert.Equal((type, xsiType), (element.ReferenceType, element.XsiType));
    }

    [Fact]
    public void Line_ends_are_one_character_in_text_and_in_cdata() =>
        Assert.Equal("1\n2\n3\n4\n5", VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes("<a>1\r\n2\r3<![CDATA[\r\n4\r5]]></a>"))).String());

    [Theory]
    [InlineData("<r><skipped><a></skipped><n>1</n></r>")]
    [InlineData("<r><skipped></a></skipped><n>1</n></r>")]
    [InlineData("<r><skipped><!DOCTYPE a></skipped><n>1</n></r>")]
    [InlineData("<r><skipped><a b='></a></skipped><n>1</n></r>")]
    [InlineData("<r><skipped><a></a></r>")]
    public void What_is_passed_over_must_balance_too(string text)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() =>
        {
            VimReader reader = VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)));
            while (reader.NextChild())
            {
            }
        });
        Assert.Equal("MalformedReply", error.Id);
    }

    [Fact]
    public void Endless_nesting_is_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 100_000));
        Assert.Equal("MalformedReply", Assert.Throws<GpuVSphereException>(() => VimReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(deep))).Element()).Id);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() =>
        Assert.Equal("1", VimReader.Open(new MemoryStream([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("<a>1</a>")])).String());

    [Fact]
    public void What_the_writer_writes_is_what_is_read() => Prop.ForAll<string>(ReadsBack).QuickCheckThrowOnFailure();

    private static bool ReadsBack(string? text)
    {
        string wanted = new((text ?? string.Empty).Where(c => (c >= ' ' || c is '\n' or '\t' or '\r') && !char.IsSurrogate(c) && c < 0xFFFE).ToArray());
        VimWriter writer = new();
        writer.Element("r", r => r.Element("v", wanted).AnyString("w", wanted));
        byte[] bytes = writer.ToArray();
        VimElement read = VimReader.Open(new MemoryStream(bytes)).Element();

        // A second opinion: .NET's own parser.
        XElement theirs = XDocument.Load(new MemoryStream(Encoding.UTF8.GetBytes(
            "<x xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">" + Encoding.UTF8.GetString(bytes) + "</x>")), LoadOptions.PreserveWhitespace).Root!.Element("r")!;
        return read["v"]!.Text == wanted && read["w"]!.Text == wanted && theirs.Element("v")!.Value == wanted;
    }

    private sealed class Trickle(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, piece));
    }
}
