using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest.Programs;

/// <summary>What works on files: cat, ls, mkdir, chmod, chown, mv, cp, rm, ln, touch, mktemp, stat, readlink, install.</summary>
internal sealed class FilePrograms() : InstantProgram("cat", "ls", "mkdir", "chmod", "chown", "mv", "cp", "rm", "rmdir", "ln", "touch", "mktemp", "stat", "readlink", "install", "find")
{
    protected override int Run(GuestCall call) => call.Name switch
    {
        "cat" => Cat(call),
        "ls" => List(call),
        "mkdir" => MakeDirectory(call),
        "chmod" => Each(call, 1, "cannot access", (path, value) => ChangeMode(call, path, value)),
        "chown" => Each(call, 1, "cannot access", (path, value) => ChangeOwner(call, path, value)),
        "mv" => Move(call),
        "cp" or "install" => Copy(call),
        "rm" or "rmdir" => Remove(call),
        "ln" => Link(call),
        "touch" => Each(call, 0, "cannot touch", (path, _) => call.Guest.Files.Open(path, true, call.User)),
        "mktemp" => Temporary(call),
        "stat" => Stat(call),
        "readlink" => ReadLink(call),
        _ => Find(call),
    };

    private static int Cat(GuestCall call)
    {
        int status = 0;
        IReadOnlyList<string> files = call.Operands.Count == 0 ? ["-"] : call.Operands;
        foreach (string file in files)
        {
            try
            {
                call.Io.Output.Write(file == "-" ? call.Input.ReadToEnd() : call.Guest.Files.Read(call.PathOf(file), call.User).Content);
            }
            catch (ShError error)
            {
                status = call.Fail("cat: " + file + ": " + error.Message);
            }
        }

        return status;
    }

    private static int List(GuestCall call)
    {
        int status = 0;
        bool isLong = call.Arguments.Any(word => word.StartsWith("-", StringComparison.Ordinal) && word.IndexOf('l') > 0);
        foreach (string operand in call.Operands.Count == 0 ? ["."] : call.Operands)
        {
            string path = call.PathOf(operand);
            GuestFile? file = call.Guest.Files.Find(path, call.User);
            if (file is null)
            {
                status = call.Fail("ls: cannot access '" + operand + "': No such file or directory", 2);
                continue;
            }

            bool asItself = !file.IsDirectory || call.Has("-d", "-ld");
            if (!asItself && !file.Allows(call.User, 4))
            {
                status = call.Fail("ls: cannot open directory '" + operand + "': Permission denied", 2);
                continue;
            }

            foreach (string name in asItself ? [operand] : call.Guest.Files.List(path).Where(name => name[0] != '.' || call.Has("-a", "-la", "-A")))
            {
                GuestFile one = asItself ? file : call.Guest.Files.FindLink(path.TrimEnd('/') + "/" + name)!;
                call.Say(isLong ? Describe(one) + name + (one.Link is null ? string.Empty : " -> " + one.Link) : name);
            }
        }

        return status;
    }

    private static string Describe(GuestFile file) =>
        (file.IsDirectory ? "d" : file.Link is null ? "-" : "l") + string.Concat(Enumerable.Range(0, 9).Select(i => ((file.Mode >> (8 - i)) & 1) == 1 ? "rwx"[i % 3] : '-'))
        + " 1 " + file.Owner + " " + file.Group + " " + file.Content.Length.ToString(CultureInfo.InvariantCulture).PadLeft(8) + " "
        + file.Modified.UtcDateTime.ToString("MMM dd HH:mm", CultureInfo.InvariantCulture) + " ";

    private static int MakeDirectory(GuestCall call)
    {
        int mode = GuestFiles.Octal("0755");
        List<string> paths = [];
        bool parents = false;
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            switch (call.Arguments[i])
            {
                case "-m":
                    mode = Convert.ToInt32(call.Arguments[++i], 8);
                    break;
                case "-p" or "--parents":
                    parents = true;
                    break;
                case "--":
                    break;
                case { } word when word.StartsWith("-m", StringComparison.Ordinal):
                    mode = Convert.ToInt32(word.Substring(2), 8);
                    break;
                case { } word:
                    paths.Add(word);
                    break;
            }
        }

        int status = 0;
        foreach (string path in paths)
        {
            try
            {
                call.Guest.Files.MakeDirectory(call.PathOf(path), call.User, mode, parents);
            }
            catch (ShError error)
            {
                status = call.Fail("mkdir: cannot create directory '" + path + "': " + error.Message);
            }
        }

        return status;
    }

    private static int Each(GuestCall call, int values, string trouble, Action<string, string> work)
    {
        List<string> words = Words(call);
        string? reference = call.Arguments.FirstOrDefault(word => word.StartsWith("--reference=", StringComparison.Ordinal))?.Substring("--reference=".Length);
        string value = reference is not null ? "=" + call.PathOf(reference) : values > 0 && words.Count > 0 ? words[0] : string.Empty;
        int status = 0;
        foreach (string path in words.Skip(reference is null ? values : 0))
        {
            try
            {
                string full = call.PathOf(path);
                work(full, value);
                if (call.Has("-R"))
                {
                    foreach (string inner in call.Guest.Files.Below(full))
                    {
                        work(inner, value);
                    }
                }
            }
            catch (ShError error)
            {
                status = call.Fail(call.Name + ": " + trouble + " '" + path + "': " + error.Message);
            }
        }

        return status;
    }

    private static void ChangeMode(GuestCall call, string path, string value)
    {
        GuestFile file = call.Guest.Files.Find(path, call.User) ?? throw ShError.NotFound;
        if (!call.User.IsRoot && file.Owner != call.User.Name)
        {
            throw new ShError("Operation not permitted");
        }

        file.Mode = value switch
        {
            { } other when other.StartsWith("=", StringComparison.Ordinal) => (call.Guest.Files.Find(other.Substring(1)) ?? throw ShError.NotFound).Mode,
            "+x" or "a+x" => file.Mode | GuestFiles.Octal("0111"),
            "u+x" => file.Mode | GuestFiles.Octal("0100"),
            "-x" => file.Mode & ~GuestFiles.Octal("0111"),
            "go-rwx" or "og-rwx" => file.Mode & ~GuestFiles.Octal("0077"),
            "a+r" => file.Mode | GuestFiles.Octal("0444"),
            { } octal when octal.All(c => c is >= '0' and <= '7') => GuestFiles.Octal(octal),
            _ => throw new ShError("invalid mode: '" + value + "'"),
        };
    }

    private static void ChangeOwner(GuestCall call, string path, string value)
    {
        GuestFile file = call.Guest.Files.Find(path, call.User) ?? throw ShError.NotFound;
        if (value.StartsWith("=", StringComparison.Ordinal))
        {
            GuestFile other = call.Guest.Files.Find(value.Substring(1)) ?? throw ShError.NotFound;
            value = other.Owner + ":" + other.Group;
        }

        string[] parts = value.Split(':');
        if (!call.User.IsRoot && (parts[0] != file.Owner || file.Owner != call.User.Name))
        {
            throw new ShError("Operation not permitted");
        }

        if (call.Guest.User(parts[0]) is null)
        {
            throw new ShError("invalid user: '" + value + "'");
        }

        file.Owner = parts[0];
        file.Group = parts.Length > 1 && parts[1].Length > 0 ? parts[1] : file.Group;
    }

    private static List<string> Words(GuestCall call)
    {
        int ends = call.Arguments.ToList().IndexOf("--");
        return call.Arguments.Where((word, i) => (ends >= 0 && i > ends) || (word != "--" && !(word.StartsWith("-", StringComparison.Ordinal) && word.Length > 1))).ToList();
    }

    private static int Move(GuestCall call)
    {
        List<string> words = Words(call);
        if (words.Count < 2)
        {
            return call.Fail("mv: missing file operand");
        }

        foreach (string from in words.Take(words.Count - 1))
        {
            try
            {
                call.Guest.Files.Move(call.PathOf(from), call.PathOf(words[words.Count - 1]), call.User);
            }
            catch (ShError error)
            {
                return call.Fail("mv: cannot move '" + from + "' to '" + words[words.Count - 1] + "': " + error.Message);
            }
        }

        return 0;
    }

    private static int Copy(GuestCall call)
    {
        List<string> words = Words(call);
        int mode = call.Arguments.ToList().IndexOf("-m");
        if (mode >= 0)
        {
            words.Remove(call.Arguments[mode + 1]);
        }

        if (call.Name == "install" && call.Has("-d"))
        {
            foreach (string folder in words)
            {
                call.Guest.Files.MakeDirectory(call.PathOf(folder), call.User, mode >= 0 ? GuestFiles.Octal(call.Arguments[mode + 1]) : GuestFiles.Octal("0755"), parents: true);
            }

            return 0;
        }

        if (words.Count < 2)
        {
            return call.Fail(call.Name + ": missing file operand");
        }

        string target = call.PathOf(words[words.Count - 1]);
        foreach (string from in words.Take(words.Count - 1))
        {
            try
            {
                GuestFile source = call.Guest.Files.Read(call.PathOf(from), call.User);
                string to = call.Guest.Files.Find(target) is { IsDirectory: true } ? target + "/" + ShPath.Name(from) : target;
                bool isNew = !call.Guest.Files.Exists(to);
                GuestFile file = call.Guest.Files.Open(to, false, call.User);
                if (source.Program is not null && isNew)
                {
                    call.Guest.Files.PutProgram(to, source.Program);
                }
                else
                {
                    file.Content = source.Content;
                }

                GuestFile made = call.Guest.Files.Find(to)!;
                made.Mode = mode >= 0 ? GuestFiles.Octal(call.Arguments[mode + 1]) : call.Name == "install" ? GuestFiles.Octal("0755") : isNew ? source.Mode & ~0x12 : made.Mode;
                if (call.Has("-p", "-a") && call.User.IsRoot)
                {
                    (made.Owner, made.Group, made.Mode) = (source.Owner, source.Group, source.Mode);
                }
            }
            catch (ShError error)
            {
                return call.Fail(call.Name + ": cannot stat '" + from + "': " + error.Message);
            }
        }

        return 0;
    }

    private static int Remove(GuestCall call)
    {
        string options = string.Concat(call.Arguments.Where(word => word.StartsWith("-", StringComparison.Ordinal) && word != "--"));
        bool force = options.IndexOf('f') >= 0;
        bool recursive = options.IndexOf('r') >= 0 || options.IndexOf('R') >= 0;
        int status = 0;
        foreach (string path in Words(call))
        {
            try
            {
                string full = call.PathOf(path);
                if (call.Guest.Files.FindLink(full) is { IsDirectory: true } && !recursive && call.Name == "rm")
                {
                    status = call.Fail("rm: cannot remove '" + path + "': Is a directory");
                    continue;
                }

                call.Guest.Files.Delete(full, call.User, recursive);
            }
            catch (ShError error) when (!force || error.Message != ShError.NotFound.Message)
            {
                status = call.Fail(call.Name + ": cannot remove '" + path + "': " + error.Message);
            }
            catch (ShError)
            {
                // What is not there need not be removed.
            }
        }

        return status;
    }

    private static int Link(GuestCall call)
    {
        List<string> words = Words(call);
        bool isSymbolic = call.Arguments.Any(word => word.StartsWith("-", StringComparison.Ordinal) && word.IndexOf('s') > 0);
        if (words.Count != 2 || !isSymbolic)
        {
            return call.Fail("ln: only symbolic links of one file are known here");
        }

        string target = call.PathOf(words[1]);
        if (call.Guest.Files.FindLink(target) is { } there)
        {
            if (there.IsDirectory)
            {
                target += "/" + ShPath.Name(words[0]);
            }
            else if (!call.Arguments.Any(word => word.StartsWith("-", StringComparison.Ordinal) && word.IndexOf('f') > 0))
            {
                return call.Fail("ln: failed to create symbolic link '" + words[1] + "': File exists");
            }
        }

        GuestFile? parent = call.Guest.Files.Find(ShPath.Parent(target), call.User);
        if (parent?.Allows(call.User, 2) != true)
        {
            return call.Fail("ln: failed to create symbolic link '" + words[1] + "': " + (parent is null ? "No such file or directory" : "Permission denied"));
        }

        call.Guest.Files.Remove(target);
        call.Guest.Files.PutLink(target, words[0]);
        return 0;
    }

    private static int Temporary(GuestCall call)
    {
        bool isDirectory = call.Has("-d");
        string template = call.Operands.LastOrDefault() ?? "/tmp/tmp." + new string('X', 10);
        string path = call.PathOf(template.TrimEnd('X') + Guid.NewGuid().ToString("N").Substring(0, Math.Max(3, template.Length - template.TrimEnd('X').Length)));
        if (isDirectory)
        {
            call.Guest.Files.MakeDirectory(path, call.User, GuestFiles.Octal("0700"));
        }
        else
        {
            call.Guest.Files.Open(path, false, call.User).Mode = GuestFiles.Octal("0600");
        }

        call.Say(path);
        return 0;
    }

    private static int Stat(GuestCall call)
    {
        int at = call.Arguments.ToList().FindIndex(word => word is "-c" or "--format");
        string format = at >= 0 ? call.Arguments[at + 1] : "%n %s %a %U:%G";
        foreach (string path in Words(call).Where(word => word != format))
        {
            GuestFile? file = call.Guest.Files.FindLink(call.PathOf(path));
            if (file is null)
            {
                return call.Fail("stat: cannot stat '" + path + "': No such file or directory");
            }

            StringBuilder text = new(format);
            call.Say(text.Replace("%n", path).Replace("%s", file.Content.Length.ToString(CultureInfo.InvariantCulture)).Replace("%a", Convert.ToString(file.Mode, 8))
                .Replace("%U", file.Owner).Replace("%G", file.Group).Replace("%F", file.IsDirectory ? "directory" : file.Link is null ? "regular file" : "symbolic link").ToString());
        }

        return 0;
    }

    private static int ReadLink(GuestCall call)
    {
        foreach (string path in Words(call))
        {
            if (call.Has("-f", "-m", "-e"))
            {
                call.Say(call.Guest.Files.Resolve(call.PathOf(path)));
            }
            else if (call.Guest.Files.FindLink(call.PathOf(path)) is { Link: { } link })
            {
                call.Say(link);
            }
            else
            {
                return 1;
            }
        }

        return 0;
    }

    // Roots, then -maxdepth, and names of which one must fit (-name a -o -name b). Links are followed with -L or not, since the files are found by their path.
    private static int Find(GuestCall call)
    {
        List<string> words = call.Arguments.SkipWhile(word => word is "-L" or "-H" or "-P").ToList();
        List<string> roots = words.TakeWhile(word => !word.StartsWith("-", StringComparison.Ordinal) && word is not "(" and not "!").ToList();
        string[] names = words.Where((_, at) => at > 0 && words[at - 1] == "-name").ToArray();
        int depth = words.IndexOf("-maxdepth") is int deep and >= 0 ? int.Parse(words[deep + 1], System.Globalization.CultureInfo.InvariantCulture) : int.MaxValue;
        GuestFiles files = call.Guest.Files;
        int status = 0;
        foreach (string root in roots.Count == 0 ? ["."] : roots)
        {
            string start = files.Resolve(call.PathOf(root));
            if (!files.Exists(start))
            {
                status = call.Fail("find: '" + root + "': No such file or directory");
                continue;
            }

            IEnumerable<string> below = files.Below(start)
                .SelectMany(path => Enumerable.Range(1, path.Substring(start.Length).Count(letter => letter == '/')).Select(count => Cut(path, start, count)))
                .Distinct()
                .Where(path => path.Substring(start.Length).Count(letter => letter == '/') <= depth && (names.Length == 0 || names.Any(name => ShPath.Matches(name, ShPath.Name(path)))));
            foreach (string path in below)
            {
                call.Say(root.TrimEnd('/') + path.Substring(start.TrimEnd('/').Length));
            }
        }

        return status;
    }

    // The first parts of a path below a folder: each folder on the way to a file is found, too.
    private static string Cut(string path, string start, int parts)
    {
        int at = start.TrimEnd('/').Length;
        for (int i = 0; i < parts; i++)
        {
            int next = path.IndexOf('/', at + 1);
            at = next < 0 ? path.Length : next;
        }

        return path.Substring(0, at);
    }
}
