using Xunit;

namespace GpuVSphere.Core.Tests.Errors;

public class TypedTests
{
    [Theory]
    [InlineData("ml-01", "ml-01")]
    [InlineData("esx-80-01.sim.local", "esx-80-01.sim.local")]
    [InlineData("grid_p100-8q", "grid_p100-8q")]
    [InlineData("_old", "_old")]
    [InlineData("Größe", "Größe")]
    [InlineData("http://127.0.0.1:8080/", "http://127.0.0.1:8080/")]
    [InlineData("gpu host's 1 $(x)", "'gpu host''s 1 $(x)'")]
    [InlineData("it\u2019s", "'it\u2019\u2019s'")]
    [InlineData("a\"b`c", "'a\"b`c'")]
    [InlineData("vm;rm", "'vm;rm'")]
    [InlineData("a%2fb", "'a%2fb'")]
    [InlineData("-Force", "'-Force'")]
    [InlineData("@list", "'@list'")]
    [InlineData("007", "'007'")]
    [InlineData("1mb", "'1mb'")]
    [InlineData("10.0.0.1", "'10.0.0.1'")]
    [InlineData("", "''")]
    public void ANameIsQuotedWhereItIsNoPlainWord(string name, string expected) => Assert.Equal(expected, Typed.Name(name));

    [Fact]
    public void NamesAreOneArgument() => Assert.Equal("ml-01,'it''s',b", Typed.Names(["ml-01", "it's", "b"]));

    [Theory]
    [InlineData("my cluster", "'my cluster'")]
    [InlineData(null, "<cluster>")]
    public void ANameThatIsNotKnownIsNotQuoted(string? name, string expected) => Assert.Equal(expected, Typed.Name(name, "<cluster>"));
}
