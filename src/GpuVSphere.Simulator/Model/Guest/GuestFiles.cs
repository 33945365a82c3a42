using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using GpuVSphere.Simulator.Posix;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>
/// The files of a Linux guest. Methods with a user check as the kernel does and throw <see cref="ShError"/>; those without reach past every
/// permission: for programs of root, for tests, and for what a guest is made with.
/// </summary>
internal sealed class GuestFiles
{
    private readonly SortedDictionary<string, GuestFile> _files = new(StringComparer.Ordinal);
    private readonly Func<DateTimeOffset> _now;

    public GuestFiles(Func<DateTimeOffset> now)
    {
        _now = now;
        _files["/"] = new GuestFile { IsDirectory = true, Mode = Octal("0755") };
    }

    public static int Octal(string mode) => Convert.ToInt32(mode, 8);

    /// <summary>The path behind every symbolic link in it. What is not there stays as it is.</summary>
    public string Resolve(string path, bool followLast = true, int depth = 0)
    {
        string[] parts = ShPath.Absolute(path, "/").Split(['/'], StringSplitOptions.RemoveEmptyEntries);
        string at = string.Empty;
        for (int i = 0; i < parts.Length; i++)
        {
            at += "/" + parts[i];
            if ((i < parts.Length - 1 || followLast) && depth < 20 && _files.TryGetValue(at, out GuestFile? node) && node.Link is { } link)
            {
                string rest = string.Join("/", parts.Skip(i + 1));
                return Resolve(ShPath.Absolute(link, ShPath.Parent(at)) + "/" + rest, followLast, depth + 1);
            }
        }

        return at.Length == 0 ? "/" : at;
    }

    /// <summary>What is at a path, behind links; or null.</summary>
    public GuestFile? Find(string path) => _files.TryGetValue(Resolve(path), out GuestFile? found) ? found : null;

    /// <summary>What is at a path, a link as itself; or null.</summary>
    public GuestFile? FindLink(string path) => _files.TryGetValue(Resolve(path, followLast: false), out GuestFile? found) ? found : null;

    public bool Exists(string path) => Find(path) is not null;

    /// <summary>A file as text; null when it is not there.</summary>
    public string? Text(string path) => Find(path) is { IsDirectory: false } file ? file.Text : null;

    /// <summary>Puts a file there, with the folders to it.</summary>
    public GuestFile Put(string path, string text, string mode = "0644", string owner = "root") => Put(path, Encoding.UTF8.GetBytes(text), mode, owner);

    /// <summary>Puts a file there, with the folders to it.</summary>
    public GuestFile Put(string path, byte[] content, string mode = "0644", string owner = "root") =>
        Add(path, new GuestFile { Content = content, Mode = Octal(mode), Owner = owner, Group = owner });

    /// <summary>Puts a program there: the file of a binary, which the registered program of that name runs as.</summary>
    public GuestFile PutProgram(string path, string? program = null) => Add(path, new GuestFile
    {
        Program = program ?? ShPath.Name(path),
        Content = [0x7f, (byte)'E', (byte)'L', (byte)'F'],
        Mode = Octal("0755"),
    });

    /// <summary>Puts a file there whose content is made up whenever it is read.</summary>
    public GuestFile PutComputed(string path, Func<string> content) => Add(path, new GuestFile { Computed = content, Mode = Octal("0444") });

    public GuestFile PutLink(string path, string target) => Add(path, new GuestFile { Link = target, Mode = Octal("0777") });

    public GuestFile PutDirectory(string path, string mode = "0755", string owner = "root") =>
        Find(path) is { IsDirectory: true } there ? there : Add(path, new GuestFile { IsDirectory = true, Mode = Octal(mode), Owner = owner, Group = owner });

    /// <summary>Adds text at the end of a file, which is made when it is not there.</summary>
    public void Append(string path, string text)
    {
        GuestFile file = Find(path) ?? Put(path, string.Empty);
        file.Content = [.. file.Content, .. Encoding.UTF8.GetBytes(text)];
        file.Modified = _now();
    }

    /// <summary>Takes a file away, or a folder with all that is in it.</summary>
    public void Remove(string path)
    {
        string real = Resolve(path, followLast: false);
        foreach (string inner in _files.Keys.Where(key => key == real || key.StartsWith(real + "/", StringComparison.Ordinal)).ToList())
        {
            _files.Remove(inner);
        }
    }

    /// <summary>The names in a folder.</summary>
    public IReadOnlyList<string> List(string directory)
    {
        string real = Resolve(directory);
        string prefix = real == "/" ? "/" : real + "/";
        return _files.Keys.Where(key => key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.Ordinal) && key.IndexOf('/', prefix.Length) < 0)
            .Select(key => key.Substring(prefix.Length)).ToList();
    }

    /// <summary>The paths of all files below a folder.</summary>
    public IReadOnlyList<string> Below(string directory)
    {
        string real = Resolve(directory);
        return _files.Where(pair => !pair.Value.IsDirectory && pair.Key.StartsWith(real + "/", StringComparison.Ordinal)).Select(pair => pair.Key).ToList();
    }

    /// <summary>What is at a path, when the user may get there.</summary>
    public GuestFile? Find(string path, GuestUser user)
    {
        RequireWay(Resolve(path), user);
        return Find(path);
    }

    public GuestFile Read(string path, GuestUser user)
    {
        GuestFile file = Find(path, user) ?? throw ShError.NotFound;
        return file.IsDirectory ? throw ShError.IsDirectory : file.Allows(user, 4) ? file : throw ShError.Denied;
    }

    /// <summary>Opens a file for writing: what was in it is gone, unless it is added to. A new one is the user's.</summary>
    public GuestFile Open(string path, bool append, GuestUser user, int umask = 0x12)
    {
        string real = Resolve(path);
        RequireWay(real, user);
        if (_files.TryGetValue(real, out GuestFile? there))
        {
            if (there.IsDirectory)
            {
                throw ShError.IsDirectory;
            }

            if (!there.Allows(user, 2))
            {
                throw ShError.Denied;
            }

            if (!append)
            {
                there.Content = [];
            }

            there.Modified = _now();
            return there;
        }

        RequireWritableParent(real, user);
        return Add(real, new GuestFile { Mode = Octal("0666") & ~umask, Owner = user.Name, Group = user.Name });
    }

    public void MakeDirectory(string path, GuestUser user, int mode, bool parents = false)
    {
        string real = Resolve(path);
        if (_files.TryGetValue(real, out GuestFile? there))
        {
            if (parents && there.IsDirectory)
            {
                return;
            }

            throw ShError.Exists;
        }

        if (parents && !_files.ContainsKey(ShPath.Parent(real)))
        {
            MakeDirectory(ShPath.Parent(real), user, Octal("0755"), parents: true);
        }

        RequireWay(real, user);
        RequireWritableParent(real, user);
        Add(real, new GuestFile { IsDirectory = true, Mode = mode, Owner = user.Name, Group = user.Name });
    }

    public void Delete(string path, GuestUser user, bool recursive = false)
    {
        string real = Resolve(path, followLast: false);
        RequireWay(real, user);
        GuestFile file = _files.TryGetValue(real, out GuestFile? found) ? found : throw ShError.NotFound;
        RequireWritableParent(real, user, file);
        if (file.IsDirectory && !recursive && List(real).Count > 0)
        {
            throw ShError.NotEmpty;
        }

        Remove(real);
    }

    public void Move(string from, string to, GuestUser user)
    {
        string source = Resolve(from, followLast: false);
        RequireWay(source, user);
        GuestFile file = _files.TryGetValue(source, out GuestFile? found) ? found : throw ShError.NotFound;
        string target = Resolve(to, followLast: false);
        if (Find(target) is { IsDirectory: true })
        {
            target = Resolve(target) + "/" + ShPath.Name(source);
        }

        RequireWay(target, user);
        RequireWritableParent(source, user, file);
        RequireWritableParent(target, user, _files.TryGetValue(target, out GuestFile? replaced) ? replaced : null);
        if (source == target)
        {
            return;
        }

        Remove(target);
        foreach (string inner in _files.Keys.Where(key => key == source || key.StartsWith(source + "/", StringComparison.Ordinal)).ToList())
        {
            GuestFile moved = _files[inner];
            _files.Remove(inner);
            _files[target + inner.Substring(source.Length)] = moved;
        }
    }

    private GuestFile Add(string path, GuestFile file)
    {
        string real = Resolve(path, followLast: file.Link is null);
        string parent = ShPath.Parent(real);
        if (real != "/" && !_files.ContainsKey(parent))
        {
            Add(parent, new GuestFile { IsDirectory = true, Mode = Octal("0755") });
        }

        file.Modified = _now();
        return _files[real] = file;
    }

    // Every folder on the way must be there and let the user through.
    private void RequireWay(string real, GuestUser user)
    {
        string[] parts = real.Split(['/'], StringSplitOptions.RemoveEmptyEntries);
        string at = "/";
        for (int i = 0; i < parts.Length; i++)
        {
            GuestFile folder = _files.TryGetValue(at, out GuestFile? found) ? found : throw ShError.NotFound;
            if (!folder.IsDirectory)
            {
                throw ShError.NotDirectory;
            }

            if (!folder.Allows(user, 1))
            {
                throw ShError.Denied;
            }

            at = at == "/" ? "/" + parts[i] : at + "/" + parts[i];
        }
    }

    // In a folder like /tmp only the owner of a file may take it away.
    private void RequireWritableParent(string real, GuestUser user, GuestFile? file = null)
    {
        GuestFile parent = _files.TryGetValue(ShPath.Parent(real), out GuestFile? found) ? found : throw ShError.NotFound;
        if (!parent.Allows(user, 2))
        {
            throw ShError.Denied;
        }

        if (file is not null && (parent.Mode & Octal("1000")) != 0 && !user.IsRoot && file.Owner != user.Name && parent.Owner != user.Name)
        {
            throw new ShError("Operation not permitted");
        }
    }
}
