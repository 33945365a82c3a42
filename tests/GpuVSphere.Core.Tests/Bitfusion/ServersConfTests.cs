using System;
using System.Linq;
using GpuVSphere.Bitfusion;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class ServersConfTests
{
    private const string Lines = "# GPU servers of the lab\n\n10.0.0.5\n  gpu-02.lab   # the one with two V100\n[2001:db8::5]:56002\n";

    // Written by hand after the file that a later release's token archive brings.
    private const string Yaml = "servers:\n- addresses:\n  - 10.0.0.5:56001\n";

    private const string RichYaml = """
        # made by hand
        servers:
          # the old one
          - addresses:
              - 10.0.0.5:56001
              - gpu-01.lab:56001   # by name

          - reachable:10.0.0.6:56001
            addresses: ["10.0.0.6:56001", '[2001:db8::6]:56001']
            note: new in spring
        other: kept

        """;

    [Fact]
    public void An_address_on_each_line_is_read_past_comments()
    {
        ServersConf conf = ServersConf.Read(Lines);
        Assert.Equal(ServersConfForm.Lines, conf.Form);
        Assert.Equal(["10.0.0.5", "gpu-02.lab", "[2001:db8::5]:56002"], conf.Servers.Select(server => server.Addresses[0].ToString()));
    }

    [Fact]
    public void The_later_form_is_read()
    {
        ServersConf conf = ServersConf.Read(Yaml);
        Assert.Equal(ServersConfForm.Yaml, conf.Form);
        Assert.Equal("10.0.0.5:56001", Assert.Single(conf.Servers).Addresses[0].ToString());
    }

    [Fact]
    public void A_server_of_the_later_form_may_have_several_addresses_and_other_keys()
    {
        ServersConf conf = ServersConf.Read(RichYaml);
        Assert.Null(conf.Problem);
        Assert.Equal(
            ["10.0.0.5:56001 gpu-01.lab:56001", "10.0.0.6:56001 [2001:db8::6]:56001"],
            conf.Servers.Select(server => string.Join(" ", server.Addresses)));
    }

    [Theory]
    [InlineData(Lines)]
    [InlineData(Yaml)]
    [InlineData(RichYaml)]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("10.0.0.5\r\n# Windows\r\n10.0.0.6\r\n")]
    [InlineData("what is this?\n")]
    public void A_file_written_with_the_servers_it_has_is_the_same_file(string text)
    {
        ServersConf conf = ServersConf.Read(text);
        Assert.Equal(text, conf.ToString());
        Assert.Equal(text, conf.With([.. conf.Servers.SelectMany(server => server.Addresses.Take(1))], keepsWrong: true));
    }

    [Fact]
    public void Comments_stay_where_they_are_when_servers_come_and_go() =>
        Assert.Equal(
            "# GPU servers of the lab\n\n  gpu-02.lab   # the one with two V100\ngpu-03\n",
            ServersConf.Read(Lines).With([FlexDirectAddress.Parse("gpu-02.lab"), FlexDirectAddress.Parse("gpu-03")]));

    [Fact]
    public void The_later_form_keeps_its_comments_keys_and_indentation() =>
        Assert.Equal(
            """
            # made by hand
            servers:
              # the old one

              - reachable:10.0.0.6:56001
                addresses: ["10.0.0.6:56001", '[2001:db8::6]:56001']
                note: new in spring
              - addresses:
                - gpu-07:56001
              - addresses:
                - "[2001:db8::9]:56001"
            other: kept

            """,
            ServersConf.Read(RichYaml).With([FlexDirectAddress.Parse("2001:db8::6"), FlexDirectAddress.Parse("gpu-07"), FlexDirectAddress.Parse("2001:db8::9")]));

    [Theory]
    [InlineData(ServersConfForm.Lines, "gpu-01\n10.0.0.9:56002\n")]
    [InlineData(ServersConfForm.Yaml, "servers:\n- addresses:\n  - gpu-01:56001\n- addresses:\n  - 10.0.0.9:56002\n")]
    public void A_new_file_has_the_form_of_its_release(ServersConfForm form, string text)
    {
        string written = ServersConf.Empty(form).With([FlexDirectAddress.Parse("gpu-01"), FlexDirectAddress.Parse("10.0.0.9:56002")]);
        Assert.Equal(text, written);
        Assert.Equal(["gpu-01", "10.0.0.9"], ServersConf.Read(written).Servers.Select(server => server.Addresses[0].Host));
    }

    [Theory]
    [InlineData("servers: []\n", "servers:\n- addresses:\n  - gpu-01:56001\n")]
    [InlineData("servers:   # none yet\n# the end\n", "servers:   # none yet\n- addresses:\n  - gpu-01:56001\n# the end\n")]
    public void An_empty_list_of_the_later_form_is_filled(string text, string after) =>
        Assert.Equal(after, ServersConf.Read(text).With([FlexDirectAddress.Parse("gpu-01")]));

    [Fact]
    public void One_form_becomes_the_other_with_its_comments()
    {
        string yaml = ServersConf.Read(Lines).With([FlexDirectAddress.Parse("10.0.0.5")], ServersConfForm.Yaml);
        Assert.Equal("# GPU servers of the lab\nservers:\n- addresses:\n  - 10.0.0.5:56001\n", yaml);
        Assert.Equal("# GPU servers of the lab\n10.0.0.5:56001\ngpu-09\n", ServersConf.Read(yaml).With([FlexDirectAddress.Parse("10.0.0.5"), FlexDirectAddress.Parse("gpu-09")], ServersConfForm.Lines));
    }

    [Theory]
    [InlineData("10.0.0.300\ngpu-01\n", "10.0.0.300")]
    [InlineData("servers:\n- addresses:\n  - 10.0.0.300:56001\n- addresses:\n  - gpu-01:56001\n", "10.0.0.300:56001")]
    public void What_is_no_address_is_told_and_goes_when_the_list_is_written_anew(string text, string wrong)
    {
        ServersConf conf = ServersConf.Read(text);
        Assert.Equal(wrong, conf.Servers.First().Wrong);
        string kept = conf.With([FlexDirectAddress.Parse("gpu-01")], keepsWrong: true);
        Assert.Equal(text, kept);
        Assert.DoesNotContain("300", conf.With([FlexDirectAddress.Parse("gpu-01")]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("servers: [{addresses: [\"10.0.0.5:56001\"]}]\n")]
    [InlineData("servers:\n\t- addresses:\n")]
    public void A_file_that_is_not_understood_says_so(string text) => Assert.NotNull(ServersConf.Read(text).Problem);
}
