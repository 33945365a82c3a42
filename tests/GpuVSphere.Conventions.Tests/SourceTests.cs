using System;
using System.Linq;
using System.Text.RegularExpressions;

namespace GpuVSphere.Conventions.Tests;

/// <summary>A folder is one idea, a file is one type, and nothing that was written is unfinished or tied to one machine.</summary>
public sealed partial class SourceTests
{
    // Put together here so that this file does not find itself.
    private static readonly string[] s_unfinished = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "X" + "XX", "new NotImplemented" + "Exception"];
    private static readonly string[] s_machines =
    [
        "/wo" + "rk/", "/op" + "t/nuget",
        "nuget" + ".org", "npm" + "js.", "debian" + ".org", "py" + "pi.org", "powershell" + "gallery.com", "proxy" + ".golang",
    ];

    // Folders of people. Guests have such of their own, and what is about guests speaks of those.
    private static readonly string[] s_homes = ["/ro" + "ot/", "/ho" + "me/", "C:" + @"\Users", "/Us" + "ers/"];

    private static readonly string[] s_text = [".cs", ".csproj", ".props", ".targets", ".ps1", ".psm1", ".psd1", ".ps1xml", ".md", ".txt", ".csv", ".json", ".xml", ".sln", ".sh", ".py", ".rb", ".runsettings", ".editorconfig", ".gitignore", ".gitattributes"];

    [Fact]
    public void EveryFile_HoldsOneType_OfItsOwnName() =>
        Report.None(
            Sources().Select(file => SourceRules.WrongTypes(file, Repository.Read(file))).OfType<string>(),
            "One type per file, and the file is named as the type.");

    [Fact]
    public void EveryNamespace_IsItsFolder() =>
        Report.None(
            Sources().Select(file => SourceRules.WrongNamespace(file, Repository.Read(file))).OfType<string>(),
            "The namespace is the project's and the folder's name.");

    [Theory]
    [InlineData("src/GpuVSphere.Core/Vim/Thing.cs", "namespace GpuVSphere.Vim;\n/// <summary>A class.</summary>\npublic sealed class Thing\n{\n    private enum Inner { }\n}\n", true)]
    [InlineData("src/GpuVSphere.Core/Errors/Thing.cs", "namespace GpuVSphere;\npublic readonly record struct Thing(int A);\n", true)]
    [InlineData("src/GpuVSphere.Core/Vim/Thing.Login.cs", "namespace GpuVSphere.Vim;\npublic sealed partial class Thing\n{\n}\n", true)]
    [InlineData("src/GpuVSphere.Core/Vim/Thing.cs", "namespace GpuVSphere.Vim;\npublic class Thing { }\ninternal enum Other { }\n", false)]
    [InlineData("src/GpuVSphere.Core/Vim/Thing.cs", "namespace GpuVSphere.Vim;\npublic class Other { }\n", false)]
    [InlineData("src/GpuVSphere.Core/Vim/Thing.cs", "namespace GpuVSphere.Inventory;\npublic class Thing { }\n", false)]
    [InlineData("src/GpuVSphere.Core/Vim/Thing.cs", "namespace GpuVSphere.Vim;\n", false)]
    public void FileRules_TellRightFromWrong(string path, string text, bool isRight) =>
        Assert.Equal(isRight, (SourceRules.WrongTypes(path, text) ?? SourceRules.WrongNamespace(path, text)) is null);

    [Fact]
    public void NothingIsLeftUnfinished() =>
        Report.None(
            Repository.Files().Where(IsText).SelectMany(file => s_unfinished.Where(word => Repository.Read(file).Contains(word, StringComparison.Ordinal)).Select(word => $"{file}: {word}")),
            "What is not finished is not landed; what is left out is said in the README.");

    [Fact]
    public void NothingIsTiedToOneMachine() =>
        Report.None(
            Repository.Files().Where(IsText).SelectMany(file => s_machines.Concat(file.Contains("/Guest", StringComparison.Ordinal) ? [] : s_homes).Where(word => Repository.Read(file).Contains(word, StringComparison.OrdinalIgnoreCase)).Select(word => $"{file}: {word}")),
            "No path of a machine and no host of a package registry is written down.");

    [Fact]
    public void EverySkip_GivesItsReason() =>
        Report.None(
            Repository.Files().Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal))
                .SelectMany(file => SkipWithoutReason().Matches(Repository.Read(file)).Select(match => $"{file}: {match.Value.Trim()}")),
            "A test that did not run says what is missing.");

    [Fact]
    public void NoSource_ChangesWithThePlatform() =>
        Report.None(
            Sources().Where(file => Conditional().IsMatch(Repository.Read(file))),
            "One build loads in Windows PowerShell 5.1 and PowerShell 7: no conditional compilation divides it.");

    [Fact]
    public void EveryNameInACommand_IsTyped() =>
        Report.None(
            Repository.Sources().Where(file => file.StartsWith("src/GpuVSphere.Core/", StringComparison.Ordinal) || file.StartsWith("src/GpuVSphere.PowerShell/", StringComparison.Ordinal))
                .SelectMany(file => SourceRules.UntypedNames(Repository.Read(file)).Select(use => $"{file}: {use}")),
            "A name in a command that is to be typed goes through Typed.Name, which quotes what PowerShell would read otherwise.");

    [Theory]
    [InlineData("$\"Get-VmGpu -VM {Typed.Name(vm.Name)} lists it.\"", 0)]
    [InlineData("$\"Get-VmGpu -VM {(a ? Typed.Name(b) : Word(c))} -Device {address}\"", 0)]
    [InlineData("$\"Get-VmGpu -VM {vm.Name} lists it.\"", 1)]
    [InlineData("$\"Get-VmGpu -VM '{vm.Name}' | Remove-VmGpuPassthrough\"", 1)]
    [InlineData("$\"Set-GpuDevice -VMHost {Typed.Name(a)} -Label {label}\"", 1)]
    [InlineData("$\"Start-VM {vm.Name}, then Get-VmGpu {vm.Name}\"", 2)]
    [InlineData("\"Enable-VgpuMigration -Cluster \" + cluster", 1)]
    [InlineData("\"Enable-VgpuMigration -Cluster \" + Typed.Name(cluster)", 0)]
    [InlineData("$\"Get-GpuChange -Id {id}\"", 0)]
    [InlineData("$\"{{ -VM {{0}} }}\"", 0)]
    public void NameRule_TellsTypedFromUntyped(string text, int expected) => Assert.Equal(expected, SourceRules.UntypedNames(text).Count());

    private static System.Collections.Generic.IEnumerable<string> Sources() =>
        Repository.Sources().Where(file => !file.StartsWith("src/Shared/", StringComparison.Ordinal));

    private static bool IsText(string file) =>
        file == ".ci/run" || file == "LICENSE" || s_text.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(@"Skip\.If(Not)?\([^,()]*(\([^()]*\)[^,()]*)*\);")]
    private static partial Regex SkipWithoutReason();

    [GeneratedRegex(@"^\s*#if\b", RegexOptions.Multiline)]
    private static partial Regex Conditional();
}
