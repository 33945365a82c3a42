using System;
using System.Runtime.InteropServices;
using System.Security;

namespace GpuVSphere.Vim;

/// <summary>A user name and a password. The password is kept protected where the platform can, and never appears in a text.</summary>
public sealed class VimCredential : IDisposable
{
    private readonly SecureString _password;

    /// <summary>Makes a credential; the password is copied.</summary>
    /// <param name="userName">Such as <c>administrator@vsphere.local</c>.</param>
    /// <param name="password">The password.</param>
    public VimCredential(string userName, SecureString password)
    {
        UserName = userName;
        _password = password.Copy();
        _password.MakeReadOnly();
    }

    /// <summary>Makes a credential; the password is copied, and the caller wipes the array.</summary>
    /// <param name="userName">Such as <c>administrator@vsphere.local</c>.</param>
    /// <param name="password">The password.</param>
    public VimCredential(string userName, char[] password)
    {
        UserName = userName;
        _password = new SecureString();
        foreach (char c in password)
        {
            _password.AppendChar(c);
        }

        _password.MakeReadOnly();
    }

    /// <summary>The user's name.</summary>
    public string UserName { get; }

    /// <summary>The user's name; never the password.</summary>
    public override string ToString() => UserName;

    /// <summary>Forgets the password.</summary>
    public void Dispose() => _password.Dispose();

    /// <summary>Lends the password in clear text for one use and wipes it.</summary>
    internal void Use(Action<char[]> use)
    {
        char[] clear = new char[_password.Length];
        IntPtr memory = Marshal.SecureStringToGlobalAllocUnicode(_password);
        try
        {
            Marshal.Copy(memory, clear, 0, clear.Length);
            use(clear);
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }
}
