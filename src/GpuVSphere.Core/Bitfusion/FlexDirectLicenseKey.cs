using System;
using System.Runtime.InteropServices;
using System.Security;

namespace GpuVSphere.Bitfusion;

/// <summary>The licence key on its way to the program's standard input, and out of whatever the program says about it.</summary>
internal static class FlexDirectLicenseKey
{
    /// <summary>The name under which an operation finds it.</summary>
    public const string SecretName = "FlexDirectLicenseKey";

    private const int ShortestHidden = 4;

    /// <summary>Refuses what cannot be a key.</summary>
    /// <exception cref="GpuVSphereException">InvalidLicenseKey: it is empty, or has line breaks.</exception>
    public static void Check(SecureString key)
    {
        string? wrong = Use(key, text => text.Trim().Length == 0 ? "It is empty." : text.IndexOfAny(['\r', '\n', '\0']) >= 0 ? "It has more than one line." : null);
        if (wrong is not null)
        {
            throw new GpuVSphereException("InvalidLicenseKey", GpuErrorCategory.InvalidArgument, "The licence key cannot be used. " + wrong, null, "Give the key alone: -LicenseKey (Read-Host -AsSecureString)");
        }
    }

    /// <summary>What is answered to the program's questions: the key and a yes, each on a line, in the order in which it asks.</summary>
    /// <param name="key">The key; null for none.</param>
    /// <param name="accepts">Whether the terms were accepted.</param>
    /// <param name="yesFirst">Whether it asks for that first.</param>
    public static SecureString Answers(SecureString? key, bool accepts, bool yesFirst)
    {
        SecureString answers = new();
        if (accepts && yesFirst)
        {
            Append(answers, "y\n");
        }

        if (key is not null)
        {
            Use(key, text =>
            {
                Append(answers, text.Trim());
                return 0;
            });
            Append(answers, "\n");
        }

        if (accepts && !yesFirst)
        {
            Append(answers, "y\n");
        }

        answers.MakeReadOnly();
        return answers;
    }

    /// <summary>A text without the key, should the program have repeated it.</summary>
    public static string Hide(string text, SecureString? key) =>
        key is null ? text : Use(key, secret => secret.Trim().Length < ShortestHidden ? text : text.Replace(secret.Trim(), "(key)"));

    private static void Append(SecureString to, string text)
    {
        foreach (char c in text)
        {
            to.AppendChar(c);
        }
    }

    private static T Use<T>(SecureString key, Func<string, T> use)
    {
        IntPtr plain = Marshal.SecureStringToGlobalAllocUnicode(key);
        try
        {
            return use(Marshal.PtrToStringUni(plain)!);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(plain);
        }
    }
}
