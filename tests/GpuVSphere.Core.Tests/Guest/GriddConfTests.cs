using System;
using System.IO;
using System.Linq;
using System.Text;
using GpuVSphere.Core.Tests.Vim;
using GpuVSphere.Guest;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class GriddConfTests
{
    // Written by hand after what is known of the template: every setting with its comment, those that are not asked for commented out.
    private const string Template = """
        # The licensing daemon's settings; copy to gridd.conf.

        # Description: the licence server
        # Data type: string
        # Format: "<address>"
        ServerAddress=

        # Description: its port, default is 7070
        ServerPort=7070

        #BackupServerAddress=
        #BackupServerPort=7070

        # 1 => for NVIDIA vGPU
        FeatureType=0
        #EnableUI=TRUE

        """;

    [Fact]
    public void What_is_set_is_changed_in_its_place_and_the_rest_stays_to_the_byte()
    {
        GriddConf next = Read(Template).With("ServerAddress", "10.1.2.3").With("FeatureType", "1").With("BackupServerAddress", "10.1.2.4");

        Assert.Equal(
            Template.Replace("ServerAddress=\n\n# Description: its", "ServerAddress=10.1.2.3\n\n# Description: its")
                .Replace("FeatureType=0", "FeatureType=1")
                .Replace("#BackupServerAddress=\n", "#BackupServerAddress=\nBackupServerAddress=10.1.2.4\n"),
            Text(next));
        Assert.Equal("10.1.2.3", next.Value("ServerAddress"));
        Assert.Equal("10.1.2.4", next.Value("BackupServerAddress"));
    }

    [Fact]
    public void What_is_as_wanted_leaves_the_file_as_it_is()
    {
        GriddConf conf = Read(Template);
        Assert.Same(conf, conf.With("ServerPort", "7070").With("FeatureType", "0").With("BackupServerAddress", null).With("ServerAddress", null));
    }

    [Theory]
    [InlineData("ServerAddress=a\n", "a")]
    [InlineData("  ServerAddress = a  \n", "a")]
    [InlineData("ServerAddress=\"a\"\n", "a")]
    [InlineData("serveraddress=a\n", "a")]
    [InlineData("ServerAddress=a # the old one\n", "a")]
    [InlineData("ServerAddress=b\nServerAddress=a\n", "a")]
    [InlineData("ServerAddress=\n", null)]
    [InlineData("#ServerAddress=a\n", null)]
    [InlineData("BackupServerAddress=a\n", null)]
    [InlineData("", null)]
    public void A_value_is_read_as_people_write_it(string text, string? expected) => Assert.Equal(expected, Read(text).Value("ServerAddress"));

    [Fact]
    public void Every_line_that_sets_it_is_changed_so_that_it_does_not_matter_which_counts() =>
        Assert.Equal("ServerAddress=c\n#x\nServerAddress=c\n", Text(Read("ServerAddress=a\n#x\nServerAddress=b\n").With("ServerAddress", "c")));

    [Theory]
    [InlineData("", "FeatureType=1\n")]
    [InlineData("A=b", "A=b\nFeatureType=1\n")]
    [InlineData("A=b\r\n", "A=b\r\nFeatureType=1\r\n")]
    [InlineData("FeatureType=2", "FeatureType=1")]
    [InlineData("#  FeatureType=0", "#  FeatureType=0\nFeatureType=1\n")]
    public void What_is_not_there_comes_behind_its_comment_or_at_the_end(string text, string expected) => Assert.Equal(expected, Text(Read(text).With("FeatureType", "1")));

    [Theory]
    [InlineData("ServerAddress=a # the old one\nX=1\n", "# the old one\nServerAddress=c\nX=1\n")]
    [InlineData("ServerAddress=            # string: licence server address\r\n", "# string: licence server address\r\nServerAddress=c\r\n")]
    [InlineData("ServerAddress=a # one\nServerAddress=b # two", "# one\nServerAddress=c\n# two\nServerAddress=c")]
    public void A_comment_behind_a_value_is_kept_before_it(string text, string expected) => Assert.Equal(expected, Text(Read(text).With("ServerAddress", "c")));

    [SkippableFact]
    public void The_public_keys_of_the_template_are_read_and_set()
    {
        string text = File.ReadAllText(Samples.Require("gridd.conf.template-keys.txt"));
        GriddConf conf = Read(text);
        Assert.Equal((null, "7070", "0", null), (conf.Value("ServerAddress"), conf.Value("ServerPort"), conf.Value("FeatureType"), conf.Value("BackupServerAddress")));

        GriddConf next = conf.With("ServerAddress", "10.1.2.3").With("FeatureType", "1").With("BackupServerAddress", "10.1.2.4");
        Assert.Equal(("10.1.2.3", "7070", "1", "10.1.2.4"), (next.Value("ServerAddress"), next.Value("ServerPort"), next.Value("FeatureType"), next.Value("BackupServerAddress")));
        foreach (string comment in text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Contains('#', StringComparison.Ordinal)).Select(line => line.Substring(line.IndexOf('#', StringComparison.Ordinal)).TrimEnd()))
        {
            Assert.Contains(comment, Text(next), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_unset_is_set_to_nothing_as_the_template_has_it() => Assert.Equal("ServerAddress=\nX=1\n", Text(Read("ServerAddress=a\nX=1\n").With("ServerAddress", null)));

    [Fact]
    public void Bytes_of_no_known_encoding_come_out_as_they_went_in()
    {
        byte[] content = [.. Encoding.ASCII.GetBytes("# gr"), 0xFC, 0xDF, 0x80, 0x0A, .. Encoding.ASCII.GetBytes("FeatureType=0\n")];
        Assert.Equal([.. Encoding.ASCII.GetBytes("# gr"), 0xFC, 0xDF, 0x80, 0x0A, .. Encoding.ASCII.GetBytes("FeatureType=4\n")], GriddConf.Parse(content).With("FeatureType", "4").ToBytes());
        Assert.Empty(GriddConf.Parse(null).ToBytes());
    }

    private static GriddConf Read(string text) => GriddConf.Parse(Encoding.UTF8.GetBytes(text));

    private static string Text(GriddConf conf) => Encoding.UTF8.GetString(conf.ToBytes());
}
