using GpuVSphere.Bitfusion;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class ServersEditTests
{
    private static readonly FlexDirectProgram s_old = new("flexdirect", "/usr/bin/flexdirect");
    private static readonly FlexDirectProgram s_later = new("bitfusion", "/usr/bin/bitfusion");

    [Fact]
    public void A_new_file_is_written_as_its_release_reads_it()
    {
        ServersWish wish = new() { Addresses = ["gpu-01", "10.0.0.5"] };
        Assert.Equal("gpu-01\n10.0.0.5\n", ServersEdit.Plan(null, s_old, wish).Text);
        Assert.Equal("gpu-01\n10.0.0.5\n", ServersEdit.Plan(null, null, wish).Text);
        Assert.Equal("servers:\n- addresses:\n  - gpu-01:56001\n- addresses:\n  - 10.0.0.5:56001\n", ServersEdit.Plan(null, s_later, wish).Text);
        Assert.Null(ServersEdit.Plan(null, s_old, wish).Before);
        Assert.Equal("gpu-01, 10.0.0.5", ServersEdit.Plan(null, s_old, wish).After);
    }

    [Theory]
    [InlineData("gpu-01\n10.0.0.5\n")]
    [InlineData("10.0.0.5\n# between\nGPU-01:56001\n")]
    [InlineData("servers:\n- addresses:\n  - 10.0.0.5:56001\n- addresses:\n  - other:56001\n  - gpu-01:56001\n")]
    public void What_is_as_wanted_stays_to_the_letter(string text)
    {
        Assert.Equal(text, ServersEdit.Plan(text, s_old, new ServersWish { Addresses = ["gpu-01", "10.0.0.5"] }).Text);
        Assert.Equal(text, ServersEdit.Plan(text, s_old, new ServersWish { Add = ["gpu-01"], Remove = ["10.0.0.9"] }).Text);
    }

    [Fact]
    public void Servers_are_added_and_taken_away()
    {
        ServersEdit edit = ServersEdit.Plan("# lab\n10.0.0.5\ngpu-01\n", s_old, new ServersWish { Add = ["gpu-02", "gpu-02"], Remove = ["10.0.0.5:56001"] });
        Assert.Equal("# lab\ngpu-01\ngpu-02\n", edit.Text);
        Assert.Equal(("10.0.0.5, gpu-01", "gpu-01, gpu-02"), (edit.Before, edit.After));
    }

    [Fact]
    public void No_server_at_all_leaves_the_comments()
    {
        ServersEdit edit = ServersEdit.Plan("# lab\n10.0.0.5\n", s_old, new ServersWish { Addresses = [] });
        Assert.Equal(("# lab\n", "no server"), (edit.Text, edit.After));
    }

    [Fact]
    public void A_mistyped_address_is_kept_and_told_unless_the_list_is_written_anew_or_it_is_named()
    {
        const string Text = "10.0.0.300\ngpu-01\n";
        ServersEdit added = ServersEdit.Plan(Text, s_old, new ServersWish { Add = ["gpu-02"] });
        Assert.Equal("10.0.0.300\ngpu-01\ngpu-02\n", added.Text);
        Assert.Equal(["10.0.0.300"], added.WrongKept);
        Assert.Equal("'10.0.0.300', gpu-01", added.Before);

        Assert.Equal("gpu-01\n", ServersEdit.Plan(Text, s_old, new ServersWish { Addresses = ["gpu-01"] }).Text);
        ServersEdit removed = ServersEdit.Plan(Text, s_old, new ServersWish { Remove = ["10.0.0.300"] });
        Assert.Equal("gpu-01\n", removed.Text);
        Assert.Empty(removed.WrongKept);
    }

    [Fact]
    public void A_port_is_told_where_it_is_not_attested_and_only_when_it_is_new()
    {
        Assert.Equal(["gpu-01:56002"], ServersEdit.Plan(null, s_old, new ServersWish { Addresses = ["gpu-01:56002"] }).PortsInLines);
        Assert.Empty(ServersEdit.Plan("gpu-01:56002\n", s_old, new ServersWish { Add = ["gpu-02"] }).PortsInLines);
        Assert.Empty(ServersEdit.Plan(null, s_later, new ServersWish { Addresses = ["gpu-01:56002"] }).PortsInLines);
    }

    [Fact]
    public void One_form_becomes_the_other_and_the_plan_shows_it()
    {
        ServersEdit edit = ServersEdit.Plan("gpu-01\n", s_later, new ServersWish { Form = ServersConfForm.Yaml });
        Assert.Equal("servers:\n- addresses:\n  - gpu-01:56001\n", edit.Text);
        Assert.Equal(("gpu-01 (an address per line)", "gpu-01:56001 (YAML)"), (edit.Before, edit.After));
        Assert.Equal(edit.Text, ServersEdit.Plan(edit.Text, s_later, new ServersWish { Form = ServersConfForm.Yaml }).Text);
    }

    [Fact]
    public void A_file_that_is_not_understood_is_not_touched() => Assert.NotNull(ServersEdit.Plan("servers: [{addresses: [x]}]\n", s_later, new ServersWish { Add = ["gpu-01"] }).Problem);

    public static TheoryData<ServersWish, string> Wrong => new()
    {
        { new ServersWish(), "NothingToDo" },
        { new ServersWish { Addresses = ["gpu 01"] }, "InvalidServerAddress" },
        { new ServersWish { Add = ["10.0.0.300"] }, "InvalidServerAddress" },
        { new ServersWish { Remove = ["a,b"] }, "InvalidServerAddress" },
        { new ServersWish { Remove = [" "] }, "InvalidServerAddress" },
        { new ServersWish { Addresses = ["gpu-01"], Add = ["gpu-02"] }, "ConflictingParameters" },
        { new ServersWish { Add = ["gpu-01"], Path = "servers.conf" }, "InvalidServersPath" },
        { new ServersWish { Add = ["gpu-01"], Path = "/etc/" }, "InvalidServersPath" },
        { new ServersWish { Add = ["gpu-01"], Path = "/etc/a\nb" }, "InvalidServersPath" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wish_that_cannot_be_written_is_refused(ServersWish wish, string id) => Assert.Equal(id, Assert.Throws<GpuVSphereException>(wish.Check).Id);
}
